// Whether snapshot and log belong together: nothing in the format ties them (FORMATS: defect 21).
// Findings of severity error are proven, warnings are suspicions.
#pragma once

#include "recover/survey.hpp"

namespace persist::recover {

// Either file may be null. Errors: io; interrupted.
[[nodiscard]] Result<std::vector<Finding>> check_lineage(File* log, File* snapshot,
                                                         const Survey& survey,
                                                         const RepairOptions& options);

}  // namespace persist::recover
