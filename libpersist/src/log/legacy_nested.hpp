// Copies of records that values hold: backups of a log within a log, say.
#pragma once

#include <vector>

#include "log/legacy_region.hpp"
#include "log/legacy_versions.hpp"

namespace persist::log {

// Where values look like records, a record that the log goes on behind is taken as it stands: what
// starts in its value is left out of `starts`.
void leave_out_nested(const RegionQuestion& question, const std::vector<Candidate>& records,
                      const LegacyModel& model, const VersionRanges& expected,
                      std::vector<Candidate>& starts);

}  // namespace persist::log
