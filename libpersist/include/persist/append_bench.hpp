// Measures commits a second into a database, beside what the machine itself can do.
#pragma once

#include <chrono>
#include <functional>
#include <optional>
#include <persist/database.hpp>

namespace persist {

struct AppendBenchOptions {
  std::uint64_t writers = 1;  // threads, each with transactions and keys of its own
  std::uint64_t keys_per_commit = 1;
  std::uint64_t value_size_bytes = 100;
  std::chrono::duration<double> duration{5};  // not looked at when `commits` is given
  std::optional<std::uint64_t> commits;       // of all writers together
  std::uint64_t seed = 1;

  // Called for every key of a commit once that has returned; by several threads at once. May be
  // empty.
  std::function<void(ByteView key, Version version)> on_acknowledged;
  // Polled by every writer; true ends the run as if its time were over. May be empty.
  std::function<bool()> should_stop;
};

struct AppendBenchResult {
  double seconds = 0;
  std::uint64_t commits = 0;
  std::uint64_t records = 0;
  std::uint64_t value_bytes = 0;
  std::uint64_t key_bytes = 0;
};

// Sets random keys `bench:<writer>:<number>` of 100,000 a writer to random values. Asynchronous
// commits are counted when they are in the log. Errors: the first commit's that failed;
// `invalid_argument` for no writers or no keys; `limit` when the machine has fewer threads. Throws
// what a writer's thread threw, in the caller's: std::bad_alloc, std::length_error.
[[nodiscard]] Result<AppendBenchResult> bench_append(Database& database,
                                                     const AppendBenchOptions& options);

// The floor: for `options.duration`, makes the keys and values of one writer's commits and appends
// as many bytes as the log would, with them in it, to a new file in `directory`, each followed by a
// sync when `sync_each`. Returns writes a second. The file has no name and is gone afterwards.
// Throws std::bad_alloc when memory does not hold a commit; `no_memory` when none could.
[[nodiscard]] Result<double> measure_append_floor(FileSystem& files, const std::string& directory,
                                                  const AppendBenchOptions& options,
                                                  bool sync_each);

}  // namespace persist
