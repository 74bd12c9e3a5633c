// The error of memory that ran out, made without any.
#pragma once

#include <persist/result.hpp>

namespace persist::engine {

// So short a text lies within the string itself.
[[nodiscard]] inline std::unexpected<Error> out_of_memory() noexcept {
  return fail(ErrorCode::limit, {}, "memory ran out");
}

}  // namespace persist::engine
