// Comparing keys by eight bytes at a time.
#pragma once

#include <algorithm>
#include <bit>
#include <cstring>
#include <persist/formats/bytes.hpp>

namespace persist::store {

inline constexpr std::size_t key_word_bytes = 8;

// The eight bytes of `key` from `offset` on as an integer that orders as they do; zeros where the
// key has ended. Of two keys that are equal before `offset`, the one with the lower word is the
// lower key; equal words decide nothing.
[[nodiscard]] inline std::uint64_t key_word(ByteView key, std::size_t offset) noexcept {
  std::uint64_t word = 0;
  if (key.size() >= offset + sizeof word) {
    std::memcpy(&word, key.data() + offset, sizeof word);
  } else if (key.size() > offset) {
    std::memcpy(&word, key.data() + offset, key.size() - offset);
  }
  static_assert(std::endian::native == std::endian::little);
  return __builtin_bswap64(word);
}

// How many bytes both begin with alike; the first `known` are known to be.
[[nodiscard]] inline std::size_t common_prefix_bytes(ByteView a, ByteView b,
                                                     std::size_t known = 0) noexcept {
  const std::size_t limit = std::min(a.size(), b.size());
  for (; known + key_word_bytes <= limit; known += key_word_bytes) {
    const std::uint64_t difference = key_word(a, known) ^ key_word(b, known);
    if (difference != 0) return known + static_cast<std::size_t>(std::countl_zero(difference)) / 8;
  }
  while (known < limit && a[known] == b[known]) ++known;
  return known;
}

}  // namespace persist::store
