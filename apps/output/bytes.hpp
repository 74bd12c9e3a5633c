// Byte strings as text: JSON, base64, hexadecimal, and what a person reads.
#pragma once

#include <optional>
#include <persist/formats/bytes.hpp>
#include <string>
#include <string_view>

namespace persist::app {

// Valid UTF-8 without control characters (Unicode's category Cc: C0, DEL, C1).
[[nodiscard]] bool is_plain_text(ByteView bytes) noexcept;

void append_base64(std::string& out, ByteView bytes);  // standard alphabet, padded
void append_hex(std::string& out, ByteView bytes);     // lower case
[[nodiscard]] std::optional<std::string> decode_base64(std::string_view text);
[[nodiscard]] std::optional<std::string> decode_hex(std::string_view text);

// For people: the text itself, or "hex:..." of other bytes; longer than `max_bytes` it ends in
// "...".
[[nodiscard]] std::string bytes_for_people(ByteView bytes, std::size_t max_bytes = 64);

// "12.3 MiB", for people.
[[nodiscard]] std::string size_text(std::uint64_t bytes);
// "1,234,567", for people.
[[nodiscard]] std::string count_text(std::uint64_t count);
// "1 commit", "2,000 commits".
[[nodiscard]] std::string count_text(std::uint64_t count, std::string_view singular,
                                     std::string_view plural = {});

}  // namespace persist::app
