#pragma once

#include <chrono>
#include <persist/formats/bytes.hpp>

namespace persist {

// As a version of the lines that take the time for one.
[[nodiscard]] inline Version nanoseconds_since_1970() {
  const auto since_1970 = std::chrono::system_clock::now().time_since_epoch();
  return static_cast<Version>(
      std::chrono::duration_cast<std::chrono::nanoseconds>(since_1970).count());
}

}  // namespace persist
