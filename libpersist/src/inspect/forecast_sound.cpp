#include "inspect/forecast_sound.hpp"

#include <algorithm>

namespace persist {
namespace {

bool has_format(const std::optional<LogSummary>& log, LogFormat format) {
  return log && std::ranges::find(log->formats, format) != log->formats.end();
}

// What a decoder says that knows no header: 0xFF begins no integer.
constexpr const char* unknown_header =
    "Deserialization error: InvalidIntegerType { expected: U64, found: Reserved }";

}  // namespace

// Every release reads what is older than itself and refuses what is newer, the snapshot first.
Forecast forecast_of_sound_files(const std::optional<LogSummary>& log,
                                 const std::optional<SnapshotSummary>& snapshot,
                                 std::uint64_t commits_in_the_future) {
  const bool is_headed = snapshot && snapshot->covered;
  const bool has_v1 = has_format(log, LogFormat::framed_1);
  const bool has_v2 = has_format(log, LogFormat::framed_2);
  Forecast forecast;
  for (const ReleaseLine line : all_release_lines) {
    EngineForecast& engine = forecast[static_cast<std::size_t>(line)];
    engine.line = line;
    const bool reads_frames = log_format_of(line) != LogFormat::legacy;
    if (is_headed && !snapshot_has_header(line)) {
      engine.error = unknown_header;
    } else if (!reads_frames && (has_v1 || has_v2)) {
      engine.error = unknown_header;
    } else if (line == ReleaseLine::v1_0 && has_v2) {
      engine.error =
          "AOL is corrupted: the append-only log is of format version 2, which is not supported";
    }
    engine.opens = engine.error.empty();
    if (engine.opens && line == ReleaseLine::v0_18) engine.commits_lost = commits_in_the_future;
  }
  return forecast;
}

}  // namespace persist
