// Where to look for frames: most bytes are told by the length that a frame would have there.
#pragma once

#include "log/window.hpp"

namespace persist::log {

// The first offset from `at` on where a log header or a frame may begin, `to` when there is none.
[[nodiscard]] Result<std::uint64_t> next_possible_start(Window& window, std::uint64_t at,
                                                        std::uint64_t to);

}  // namespace persist::log
