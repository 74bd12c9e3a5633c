// The forecast for files without a fault: it follows from their formats alone, so that verify need
// not read them again.
#pragma once

#include <persist/forecast.hpp>
#include <persist/log_reader.hpp>
#include <persist/snapshot_reader.hpp>

namespace persist {

// Either may be absent. `commits_in_the_future`: of the log, with a version above the clock's time.
[[nodiscard]] Forecast forecast_of_sound_files(const std::optional<LogSummary>& log,
                                               const std::optional<SnapshotSummary>& snapshot,
                                               std::uint64_t commits_in_the_future);

}  // namespace persist
