// Whether commits are missing in front of a log or behind it. Counters start at 1, and a log that
// starts later was cut behind a snapshot, which must be there and reach up to where the log starts;
// and what a snapshot without a header holds was logged before it was taken.
#pragma once

#include <optional>
#include <persist/log_reader.hpp>
#include <persist/snapshot_reader.hpp>
#include <persist/verify.hpp>

namespace persist {

// What a log tells of its database besides the versions.
struct LogHabits {
  // It deletes a key or writes one twice, which a compacted log and one made of a dump do not.
  bool has_past = false;
  std::uint64_t most_deletes_in_a_row = 0;  // commits that only delete
};

// `snapshot-missing` or `snapshot-outdated`, both warnings. `snapshot`: null where none is. Of a
// log without a past no snapshot is missed. Nothing is known of a few commits, and where versions
// are a clock's.
[[nodiscard]] std::optional<Finding> missing_start(const LogSummary& log, const LogHabits& habits,
                                                   const SnapshotSummary* snapshot);

// `log-outdated` or `empty-log`, both warnings.
[[nodiscard]] std::optional<Finding> missing_end(const LogSummary& log,
                                                 const SnapshotSummary& snapshot);

}  // namespace persist
