// The one reader of logs. It streams a log of any size and format once, in file order, and goes on
// behind damage. Verify, load, dump, log, replay, compact, repair and the engine's own start are
// folds over what it yields; none of them knows how a frame looks.
#pragma once

#include <atomic>
#include <functional>
#include <span>
#include <vector>

#include <persist/damage.hpp>
#include <persist/file_system.hpp>
#include <persist/formats/record.hpp>
#include <persist/release_line.hpp>

namespace persist {

using formats::RecordView;

// How sure it is that a commit is whole.
enum class Trust {
  whole,      // proven by its checksum, or by sound neighbours on both sides (legacy)
  uncertain,  // it looks whole, but touches damage or may be a copy in a value (legacy)
  partial,    // known to be a part of a transaction: must not be applied
};

// One transaction. `offset` and `length` cover all its bytes in the file, frame header included.
// Views live until the sink returns. Keys ascend strictly; all records have `version`.
struct Commit {
  std::uint64_t offset = 0;
  std::uint64_t length = 0;
  Version version = 0;
  std::span<const RecordView> records;
  LogFormat format = LogFormat::legacy;
  Trust trust = Trust::whole;
  std::uint64_t synced_to = 0;  // framed-2: as stored
  // The frame's header was damaged and its contents were proven by other means.
  bool header_rebuilt = false;
};

// Receives commits and damage in file order. Returning false stops the reader without an error.
class LogSink {
 public:
  virtual ~LogSink() = default;
  virtual bool on_commit(const Commit& commit) = 0;
  virtual bool on_damage(const Damage& damage) = 0;
};

struct LogReadOptions {
  // Where to begin: 0, or the offset of a commit in the framed part when `resume_format` says which.
  std::uint64_t begin_offset = 0;
  std::optional<LogFormat> resume_format;
  // Where to stop, e.g. the length of a live log when it was opened; the file's length by default.
  std::optional<std::uint64_t> end_offset;
  // Bytes of file read so far, for a progress display; may be null.
  std::atomic<std::uint64_t>* progress = nullptr;
};

struct LogSummary {
  std::uint64_t size_bytes = 0;
  std::vector<LogFormat> formats;  // in the order met, each once
  std::uint64_t commits = 0;       // partial ones not counted
  std::uint64_t records = 0;       // of those commits
  Version first_version = 0;       // in file order, 0 when there is no commit
  Version last_version = 0;
  Version min_version = 0;
  Version max_version = 0;
  std::uint64_t checksummed_bytes = 0;  // payload and header bytes that a checksum vouches for
  std::uint64_t end_of_valid_bytes = 0;  // behind the last commit or header
  std::optional<std::uint64_t> header_offset;  // of the first log header
  bool stopped = false;                  // a sink said so
};

// Reads `file`. Errors: io, permission; `newer_format` at the header's offset. Damage is no error.
// Memory: a buffer of a few MiB, or of the largest commit that is really there.
[[nodiscard]] Result<LogSummary> read_log(File& file, const LogReadOptions& options, LogSink& sink);

}  // namespace persist
