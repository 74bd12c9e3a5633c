// persist_open_options as the C++ library's.
#pragma once

#include <persist/options.hpp>

#include "c/error.hpp"

namespace persist::c {

// Error `invalid_argument` for a number that is no such mode; `unsupported` as read_options.
[[nodiscard]] Result<Options> open_options(const persist_open_options* given);

}  // namespace persist::c
