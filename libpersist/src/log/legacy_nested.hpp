// Copies of records that values hold: backups of a log within a log, say.
#pragma once

#include <vector>

#include "log/legacy_ends.hpp"
#include "log/legacy_pruning.hpp"
#include "log/legacy_region.hpp"
#include "log/legacy_versions.hpp"

namespace persist::log {

// Where values look like records, a record that the log goes on behind is taken as it stands: what
// starts in its value is left out of `starts`.
void leave_out_nested(const RegionQuestion& question, std::vector<Candidate> records,
                      const LegacyModel& model, const VersionRanges& expected,
                      std::vector<Candidate>& starts);

// Where values hold records: a value that is made of such goes with what values are here as well as
// they do by themselves. Without it the records in a value are likelier than the one that has it.
// Not where damage goes on over the value's end: whole records in front of that prove nothing.
void weigh_nested(const ByteScores& byte_scores, const RecordEnds& ends,
                  std::vector<WeighedStart>& starts);

// Of each start whether records of expected versions lead from it to exactly the end of `bytes`, in
// the order in which a log has them: copies in a value that the end cuts do so by chance only.
[[nodiscard]] std::vector<bool> lead_to_end(ByteView bytes, const std::vector<WeighedStart>& starts,
                                            const VersionRanges& expected);

}  // namespace persist::log
