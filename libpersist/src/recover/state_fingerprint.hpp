// The fingerprint of a whole state, with the number of its keys.
#pragma once

#include <persist/state.hpp>

#include "recover/survey.hpp"

namespace persist::recover {

// Either file may be null. Only commits that the rules keep count.
[[nodiscard]] Result<StateIdentity> identify_state(FileSystem& files, File* log, File* snapshot,
                                                   const Rules& rules,
                                                   const RepairOptions& options);

}  // namespace persist::recover
