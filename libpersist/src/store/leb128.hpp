// Unsigned LEB128: the integers of this directory's own, private encodings (memory and temporary
// files), where one and two bytes must be cheap and nothing has to be read by anyone else.
#pragma once

#include <cstddef>
#include <cstdint>

namespace persist::store {

inline constexpr std::size_t leb128_max_length_bytes = 10;

// Writes at `out`, which has room for the longest form; returns the place behind it.
inline char* put_leb128(char* out, std::uint64_t value) noexcept {
  while (value >= 0x80U) {
    *out++ = static_cast<char>(value | 0x80U);
    value >>= 7U;
  }
  *out++ = static_cast<char>(value);
  return out;
}

// Reads what put_leb128 wrote and moves `at` behind it. It never looks at more than the longest
// form, whatever the bytes are; the caller sees to it that so many are readable.
inline std::uint64_t take_leb128(const char*& at) noexcept {
  auto byte = static_cast<unsigned char>(*at++);
  std::uint64_t value = byte & 0x7FU;
  for (unsigned shift = 7; byte >= 0x80U && shift < 70; shift += 7) {
    byte = static_cast<unsigned char>(*at++);
    value |= static_cast<std::uint64_t>(byte & 0x7FU) << (shift < 64 ? shift : 63U);
  }
  return value;
}

}  // namespace persist::store
