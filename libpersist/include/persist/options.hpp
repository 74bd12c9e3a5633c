// What a database is opened with. Meanings and defaults are the engine's (formats/README.md names
// the release lines); the last group is this library's own.
#pragma once

#include <chrono>
#include <cstdint>
#include <limits>
#include <optional>
#include <persist/database_files.hpp>
#include <persist/release_line.hpp>
#include <persist/snapshot_reader.hpp>

namespace persist {

// What the append-only log (AOL) promises.
enum class AolMode {
  never,                      // no log: only snapshots survive
  synchronous_on_commit,      // a commit returns once it is in the log
  asynchronous_after_commit,  // a commit returns at once; one appender writes the log in its order
};

// When the log is brought to stable storage. Closing always does it.
enum class FsyncMode { never, every_append, interval };

// When one is taken without being asked for. `interval`: also at close, where there is no log.
enum class SnapshotMode { never, interval };

// The asynchronous queue's limits. A commit that would pass one is refused with `queue_full` before
// anything of it is applied; its transaction stays open. A commit counts as the sum over its
// records of key bytes + value bytes + 16.
struct AsyncQueueLimits {
  std::optional<std::uint64_t> max_commits = std::nullopt;
  std::optional<std::uint64_t> max_bytes = std::nullopt;
};

struct Options {
  PathOptions paths = {};

  AolMode aol_mode = AolMode::never;
  FsyncMode fsync_mode = FsyncMode::never;
  std::chrono::milliseconds fsync_interval{1000};  // above 0, at most 100 years
  SnapshotMode snapshot_mode = SnapshotMode::never;
  std::chrono::milliseconds snapshot_interval{60'000};  // the same
  Compression compression = Compression::none;
  int compression_level = 0;  // 0: the project's default
  AsyncQueueLimits async_queue = {};

  // The generation of files to write. Files of an older line are taken over and go on in this one;
  // files of a newer line are refused (`persist convert` brings them back).
  ReleaseLine release_line = ReleaseLine::v1_1;

  // How far back Database::begin_read_at() may look, as a distance from the newest version: commits
  // where versions are counted (from line 0.27 on), nanoseconds in line 0.18. This is kept in
  // memory: after a reopen only what the files hold is there, and from line 0.27 on snapshots hold
  // the newest versions alone, so that the past begins with the last snapshot.
  std::uint64_t history_versions = 0;
};
inline constexpr std::uint64_t keep_all_history = std::numeric_limits<std::uint64_t>::max();

}  // namespace persist
