#include "c/open_options.hpp"

#include <array>

#include "c/arguments.hpp"

namespace persist::c {
namespace {

// The choice with the number `value`: enumerators of persist.h are indices here.
template <class Choice, std::size_t size>
Result<Choice> choose(const std::array<Choice, size>& choices, int value, const char* name) {
  if (value >= 0 && static_cast<std::size_t>(value) < size) {
    return choices[static_cast<std::size_t>(value)];
  }
  return invalid(std::string(name) + " is " + std::to_string(value) + ", which is no such mode");
}

Result<> set_modes(Options& options, const persist_open_options& given) {
  constexpr std::array aol_modes{AolMode::never, AolMode::synchronous_on_commit,
                                 AolMode::asynchronous_after_commit};
  constexpr std::array fsync_modes{FsyncMode::never, FsyncMode::every_append, FsyncMode::interval};
  constexpr std::array snapshot_modes{SnapshotMode::never, SnapshotMode::interval};
  constexpr std::array compressions{Compression::none, Compression::lz4};
  constexpr std::array lines{ReleaseLine::v1_1, ReleaseLine::v0_18, ReleaseLine::v0_27,
                             ReleaseLine::v1_0, ReleaseLine::v1_1};
  PERSIST_TRY_ASSIGN(options.aol_mode, choose(aol_modes, given.aol_mode, "aol_mode"));
  PERSIST_TRY_ASSIGN(options.fsync_mode, choose(fsync_modes, given.fsync_mode, "fsync_mode"));
  PERSIST_TRY_ASSIGN(options.snapshot_mode,
                     choose(snapshot_modes, given.snapshot_mode, "snapshot_mode"));
  PERSIST_TRY_ASSIGN(options.compression, choose(compressions, given.compression, "compression"));
  PERSIST_TRY_ASSIGN(options.release_line, choose(lines, given.release_line, "release_line"));
  return {};
}

Result<std::chrono::milliseconds> interval(std::uint64_t milliseconds,
                                           std::chrono::milliseconds otherwise, const char* name) {
  // A steady clock in nanoseconds has to hold the end of the interval.
  constexpr std::uint64_t most_ms = 100ULL * 365 * 24 * 3600 * 1000;
  if (milliseconds == 0) return otherwise;
  if (milliseconds > most_ms) return invalid(std::string(name) + " is more than a hundred years");
  return std::chrono::milliseconds(milliseconds);
}

std::optional<std::uint64_t> limit_or_none(std::uint64_t limit) {
  return limit == 0 ? std::nullopt : std::optional(limit);
}

}  // namespace

Result<Options> open_options(const persist_open_options* given) {
  PERSIST_TRY_ASSIGN(const persist_open_options known, read_options(given, "options"));
  Options options;
  PERSIST_TRY(set_modes(options, known));
  PERSIST_TRY_ASSIGN(options.fsync_interval, interval(known.fsync_interval_ms,
                                                      options.fsync_interval, "fsync_interval_ms"));
  PERSIST_TRY_ASSIGN(
      options.snapshot_interval,
      interval(known.snapshot_interval_ms, options.snapshot_interval, "snapshot_interval_ms"));
  options.paths = {text_or_empty(known.log_path), text_or_empty(known.snapshot_path)};
  options.compression_level = known.compression_level;
  options.async_queue = {limit_or_none(known.max_queued_commits),
                         limit_or_none(known.max_queued_bytes)};
  options.history_versions = known.history_versions;
  return options;
}

}  // namespace persist::c
