// Whether a file that an interrupted write left holds commits that nothing else has.
#pragma once

#include "recover/survey.hpp"

namespace persist::recover {

// Checks every leftover found into `plan.leftovers`, and adds the commits of those that
// `options.adopt` names to `survey`. Either file may be null. Errors: io; interrupted;
// invalid_argument when `adopt` names no leftover, or one that cannot be adopted.
[[nodiscard]] Result<> check_leftovers(FileSystem& files, File* log, File* snapshot,
                                       const RepairOptions& options, Survey& survey,
                                       RepairPlan& plan);

}  // namespace persist::recover
