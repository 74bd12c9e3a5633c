// Whether commits are missing in front of a log: counters start at 1, and a log that starts later
// was cut behind a snapshot, which must be there and reach up to where the log starts.
#pragma once

#include <optional>
#include <persist/log_reader.hpp>
#include <persist/snapshot_reader.hpp>
#include <persist/verify.hpp>

namespace persist {

// `snapshot-missing` or `snapshot-outdated`, both warnings. `snapshot`: null where none is.
// `has_past`: the log deletes a key or writes one twice, which a compacted log and one made of a
// dump do not; without it no snapshot is missed. Nothing is known of a few commits, and where
// versions are a clock's.
[[nodiscard]] std::optional<Finding> missing_start(const LogSummary& log, bool has_past,
                                                   const SnapshotSummary* snapshot);

}  // namespace persist
