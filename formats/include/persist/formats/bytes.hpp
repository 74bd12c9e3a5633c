// Bytes as every layer passes them: a view that owns nothing. std::string_view compares as unsigned
// bytes (char_traits<char> is memcmp), which is the key order of every file here; it says nothing
// about text.
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <expected>
#include <string>
#include <string_view>

namespace persist {

using ByteView = std::string_view;

// A commit's number: nanoseconds since 1970 up to line 0.18, a dense counter from 0.27 on.
using Version = std::uint64_t;

[[nodiscard]] constexpr std::size_t common_prefix_length(ByteView a, ByteView b) noexcept {
  return static_cast<std::size_t>(std::ranges::mismatch(a, b).in1 - a.begin());
}

}  // namespace persist

namespace persist::formats {

// Why bytes could not be decoded. `truncated` means only that the input ended too early: more bytes
// might have made it whole. All others are wrong whatever follows.
enum class DecodeError {
  truncated,
  reserved_varint,  // a first byte of 0xFE or 0xFF
  bad_option_tag,   // an Option tag other than 0 and 1
  bad_magic,
  newer_version,  // a header of a format version this project does not know
  bad_length,
  bad_checksum,
  bad_order,    // keys or versions not ascending
  bad_version,  // two versions in one frame, or version 0
};

// A short phrase for messages, e.g. "an Option tag that is neither 0 nor 1".
[[nodiscard]] std::string_view describe(DecodeError error) noexcept;

template <class T>
using Decoded = std::expected<T, DecodeError>;

}  // namespace persist::formats
