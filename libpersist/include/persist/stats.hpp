// What a running database says of itself. Numbers are of one moment each, not of one moment
// together.
#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <persist/formats/bytes.hpp>
#include <persist/result.hpp>

namespace persist {

// What a background worker did last. Failures are kept until the worker succeeds again.
struct WorkerReport {
  std::uint64_t runs = 0;  // that had something to do
  std::chrono::nanoseconds last_duration{0};
  std::optional<Error> last_error;
};

struct Stats {
  std::uint64_t keys = 0;        // in memory, deleted ones included until no reader needs them
  std::uint64_t versions = 0;    // of all keys
  std::uint64_t data_bytes = 0;  // of those keys and values
  Version newest_version = 0;    // what a transaction that begins now reads
  Version oldest_readable_version = 0;
  std::uint64_t open_transactions = 0;  // and one more while a snapshot is taken
  // What is kept for them; none: none is open, and no snapshot is taken.
  std::optional<Version> oldest_pinned_version;

  Version logged_version = 0;          // the newest version in the log file
  std::uint64_t log_bytes = 0;         // the log file's length
  std::uint64_t log_synced_bytes = 0;  // of those, on stable storage for certain

  std::uint64_t queued_commits = 0;  // asynchronous mode
  std::uint64_t queued_bytes = 0;
  std::uint64_t refused_commits = 0;  // for want of room in the queue

  // Of the newest snapshot that was written here; at open, of the one that is there when the log
  // adds nothing to it.
  std::optional<Version> snapshot_version;
  WorkerReport fsync;
  WorkerReport snapshot;
  WorkerReport appender;

  // Why the log takes nothing more; none while it works. Reads go on, commits fail with it.
  std::optional<Error> poisoned;
};

}  // namespace persist
