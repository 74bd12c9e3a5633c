// Byte strings as text: base64, hexadecimal, and which of them are text already.
#pragma once

#include <optional>
#include <persist/formats/bytes.hpp>
#include <string>
#include <string_view>

namespace persist::json {

// Valid UTF-8 without control characters (Unicode's category Cc: C0, DEL, C1).
[[nodiscard]] bool is_plain_text(ByteView bytes) noexcept;

void append_base64(std::string& out, ByteView bytes);  // standard alphabet, padded
void append_hex(std::string& out, ByteView bytes);     // lower case
[[nodiscard]] std::optional<std::string> decode_base64(std::string_view text);
[[nodiscard]] std::optional<std::string> decode_hex(std::string_view text);

}  // namespace persist::json
