// Bytes in which nothing is to be found.
#pragma once

#include <cstddef>
#include <random>
#include <string>

namespace persist::test {

// The same at each call.
[[nodiscard]] inline std::string noise(std::size_t size_bytes) {
  std::mt19937 random(3);
  std::string bytes(size_bytes, '\0');
  for (char& byte : bytes) byte = static_cast<char>(random());
  return bytes;
}

}  // namespace persist::test
