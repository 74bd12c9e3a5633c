// What the commands that write a database anew have in common: snapshot, compact, convert, replay,
// import.
//
// All of them read through State, write new files beside the old ones, read those back and compare
// before anything is replaced, and keep the release line of what was read unless they are told
// otherwise.
#pragma once

#include <atomic>
#include <cstdint>
#include <functional>
#include <persist/damage.hpp>
#include <persist/database_files.hpp>
#include <persist/release_line.hpp>
#include <persist/snapshot_reader.hpp>
#include <persist/state.hpp>
#include <persist/verify.hpp>
#include <string>
#include <vector>

namespace persist {

struct RewriteOptions {
  // Of the snapshot. LZ4 also protects it: an uncompressed one has no checksum at all.
  Compression compression = Compression::lz4;
  int level = 0;         // 0: SnapshotWriter's own
  bool dry_run = false;  // reads and measures, writes nothing but temporary data
  // In place: gives up the log's commits that the snapshot says it covers and does not hold, though
  // nothing proves that they were deleted.
  bool trust_snapshot = false;
  // Soft limit for everything held; beyond it temporary data goes to `temp_dir`.
  std::uint64_t max_memory_bytes = std::uint64_t{1} << 30U;
  std::string temp_dir = "/tmp";
  // Bytes read and written so far, over all passes, for a progress display; may be null.
  std::atomic<std::uint64_t>* progress = nullptr;
  // Polled now and then; true stops with error `interrupted`. May be empty.
  std::function<bool()> should_stop;
  // Asked once a source that others may write to was read, before anything is written; its error
  // ends the whole. May be empty.
  std::function<Result<>()> after_reading;
};

// A version; or an instant, in nanoseconds since 1970, which means something only where versions
// are times. Where they are not, it is refused: check_instant().
struct PointInTime {
  Version version = 0;
  bool is_instant = false;
};
// Whether `at` can be compared with versions such as this one of the database, or file, at `path`;
// 0: it has none. Error invalid_argument for an instant where versions are counted.
[[nodiscard]] Result<> check_instant(const PointInTime& at, Version version,
                                     const std::string& path);

// Open files to read from; either may be null. What is written elsewhere has the log's owner (the
// snapshot's where there is no log), where the system permits it, and gives nobody else a right
// that not both files give.
struct SourceFiles {
  File* log = nullptr;
  File* snapshot = nullptr;
  // Of a live log: its length when it was opened. An unfinished end there is no damage.
  std::optional<std::uint64_t> log_end_offset;
};

struct FileSizes {
  std::uint64_t log_bytes = 0;
  std::uint64_t snapshot_bytes = 0;

  [[nodiscard]] std::uint64_t total() const noexcept { return log_bytes + snapshot_bytes; }
};

// Why nothing was written.
enum class Unwritten {
  none,       // it was written
  dry_run,    // it was not to be
  no_gain,    // the result would not be smaller (by as much as was asked for)
  torn_tail,  // the log ends in an interrupted write, whose bytes only `repair` may take away
};

// Commits that were appended to a database from another one's log.
struct Applied {
  std::uint64_t commits = 0;
  Version first_version = 0;  // that they were given
  Version last_version = 0;
};

// An unfinished write at the end of a log.
struct TornTail {
  std::string path;
  std::uint64_t offset = 0;
  std::uint64_t length = 0;
  std::string message;
  DamageCode code = DamageCode::trailing_bytes;
};

struct RewriteReport {
  ReleaseLine line = ReleaseLine::v1_1;  // of what was written
  Unwritten unwritten = Unwritten::none;
  FileSizes before;
  FileSizes after;  // of what was written, or would be
  std::string
      fingerprint;  // of the old state and the new one: compared before anything is replaced
  std::uint64_t live_keys = 0;
  std::uint64_t versions = 0;                  // in the result: of all keys, deletes included
  std::uint64_t versions_left_out = 0;         // history that was read and is not in the result
  std::uint64_t commits = 0;                   // in the result's log
  Version clock = 0;                           // no next version is at or below it
  bool renumbered = false;                     // versions are not those of the source
  std::optional<TornTail> torn_tail;           // of a log that was read; it is in neither state
  // Warnings about whether the snapshot and the log that were read belong together; the result
  // does not show them any more.
  std::vector<Finding> suspicions;
  std::vector<std::string> leftovers_removed;  // what a killed run had left
  std::vector<std::string> leftovers_kept;     // the same, holding commits that the database lacks
  std::string originals;           // the directory that keeps the replaced files; empty: none does
  std::optional<Applied> applied;  // by apply_log
};

// Whether a new database can get these files: the directory is empty or not there, neither file is
// there, and they are two. Errors: exists; invalid_argument.
[[nodiscard]] Result<> check_new_database(FileSystem& files, const DatabaseFiles& database);

// The oldest release line that writes such files; clocks and counters are told apart by their
// values.
[[nodiscard]] ReleaseLine release_line_of(const StateSummary& summary) noexcept;

}  // namespace persist
