// What each release of the engine would do if it were started on these very files, without starting
// it. The rules are the engines' own (formats/README.md, "Loading, release by release").
#pragma once

#include <array>
#include <atomic>
#include <functional>
#include <persist/file_system.hpp>
#include <persist/release_line.hpp>
#include <string>

namespace persist {

struct EngineForecast {
  ReleaseLine line = ReleaseLine::v0_18;
  bool opens = true;
  // What the engine says when it refuses, in its own words; for a release that panics or aborts
  // instead, that and why. Empty when it opens.
  std::string error;
  // Whole commits of the log that the opened database does not have: cut away, swallowed by a
  // misread record, hidden by a snapshot that does not hold them, or not visible yet. 0 for a
  // release that refuses: it changes nothing.
  std::uint64_t commits_lost = 0;
  // Bytes at the log's end that the start would remove for good.
  std::uint64_t bytes_cut = 0;
};

// One forecast a release line, oldest first.
using Forecast = std::array<EngineForecast, all_release_lines.size()>;

// What an engine's fate depends on besides the files.
struct ForecastOptions {
  // Nanoseconds since 1970. Up to 0.22 a commit with a later version is invisible. 0: now.
  std::uint64_t now_ns = 0;
  // The largest single allocation that the machine grants: a damaged length above it aborts the
  // engine. 0: this machine's memory and swap.
  std::uint64_t max_allocation_bytes = 0;
  // Of a live log: its length when it was opened. The file's length by default.
  std::optional<std::uint64_t> log_end_offset;
  // Polled now and then; true stops with error `interrupted`. May be empty.
  std::function<bool()> should_stop;
};

// The engines open with the log enabled, in a synchronous mode; either file may be null (not
// there). Memory: a few MiB a file, or the largest commit or entry that is really there. Errors:
// io, permission, interrupted. Damage is no error.
[[nodiscard]] Result<Forecast> forecast(File* log, File* snapshot, const ForecastOptions& options);

}  // namespace persist
