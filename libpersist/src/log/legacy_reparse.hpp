// Parses a doubtful place again: locates the region around it, weighs its readings, and puts what
// was found among the pending records and damage.
#pragma once

#include "log/legacy_doubt.hpp"
#include "log/legacy_state.hpp"

namespace persist::log {

// Afterwards `state.at` lies behind the region. Errors: io.
[[nodiscard]] Result<void> reparse(LegacyState& state, const Doubt& doubt);

}  // namespace persist::log
