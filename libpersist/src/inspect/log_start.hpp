// Whether commits are missing in front of a log: counters start at 1, and a log that starts later
// was cut behind a snapshot, which must be there and reach up to where the log starts.
#pragma once

#include <optional>
#include <persist/log_reader.hpp>
#include <persist/snapshot_reader.hpp>
#include <persist/verify.hpp>

namespace persist {

// `snapshot-missing` or `snapshot-outdated`, both warnings: a compaction that left the newest
// commits alone looks like the one, commits that failed like the other. `snapshot`: null where none
// is. Nothing is known where versions are clocks.
[[nodiscard]] std::optional<Finding> missing_start(const LogSummary& log,
                                                   const SnapshotSummary* snapshot);

}  // namespace persist
