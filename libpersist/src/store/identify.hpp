// Number and fingerprint of a state's live rows; two threads go through those in memory.
#pragma once

#include <persist/state.hpp>

#include "store/record_sorter.hpp"

namespace persist::store {

// Errors: those of SortedRecords::for_each.
[[nodiscard]] Result<StateIdentity> identify(const SortedRecords& records);

}  // namespace persist::store
