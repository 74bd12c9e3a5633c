// What inputs of targets with several parts look like, so that seeds can be made by hand.
#pragma once

#include <cstdint>
#include <persist/formats/bytes.hpp>
#include <string>

namespace persist::fuzz {

// One byte of choices, the length of the log in two bytes (little endian), the log, the snapshot. A
// length beyond the end means that there is no snapshot; a file of no bytes is not there.
struct DatabaseInput {
  std::uint8_t choices = 0;
  std::string log;
  std::string snapshot;
};

[[nodiscard]] DatabaseInput split(ByteView bytes);
[[nodiscard]] std::string join(const DatabaseInput& input);

[[nodiscard]] inline ByteView view_of(const std::uint8_t* data, std::size_t size) {
  return {reinterpret_cast<const char*>(data), size};
}

}  // namespace persist::fuzz
