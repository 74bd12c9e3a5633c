// Errors that are made without memory, or with as little as there is.
#pragma once

#include <new>
#include <persist/result.hpp>

namespace persist::engine {

// Memory ran out. So short a text lies within the string itself.
[[nodiscard]] inline std::unexpected<Error> out_of_memory() noexcept {
  return fail(ErrorCode::no_memory, {}, "memory ran out");
}

// Without memory for its words, at least the code.
[[nodiscard]] inline std::unexpected<Error> copy_of(const Error& error) noexcept {
  try {
    return std::unexpected(error);
  } catch (const std::bad_alloc&) {
    auto wordless = out_of_memory();
    wordless.error().code = error.code;
    return wordless;
  }
}

}  // namespace persist::engine
