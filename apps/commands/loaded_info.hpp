// What `info` says of a target, and `report` too.
#pragma once

#include <atomic>
#include <persist/info.hpp>

#include "commands/target.hpp"

namespace persist::app {

// Loads the state and looks at it; adds the bytes it has read to `done`.
[[nodiscard]] Result<InfoReport> load_info(Context& context, const Target& target,
                                           std::atomic<std::uint64_t>& done);

}  // namespace persist::app
