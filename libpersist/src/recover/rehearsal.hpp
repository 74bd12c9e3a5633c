// Whether a repair would end well, found out while it is only planned.
#pragma once

#include <persist/repair.hpp>

namespace persist::recover {

// Whether the log that would be written reads back clean. A legacy log has no checksums: what was
// taken for a commit beside the damage can make its new surroundings look damaged. Needs temporary
// space only when commits change places; without it the answer is yes, and apply will tell.
[[nodiscard]] Result<bool> will_be_clean(FileSystem& files, const RepairPlan& plan,
                                         const RepairOptions& options);

}  // namespace persist::recover
