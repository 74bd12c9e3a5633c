// Byte strings as text: JSON, base64, hexadecimal, and what a person reads.
#pragma once

#include <persist/formats/bytes.hpp>
#include <string>
#include <string_view>

#include "json/bytes_text.hpp"

namespace persist::app {

using json::append_base64;
using json::append_hex;
using json::decode_base64;
using json::decode_hex;
using json::is_plain_text;

// For people: the text itself, or "hex:..." of other bytes; longer than `max_bytes` it ends in
// "...".
[[nodiscard]] std::string bytes_for_people(ByteView bytes, std::size_t max_bytes = 64);

// The same for a path, never cut: no byte of it ends a line or means something to a terminal.
[[nodiscard]] std::string path_for_people(const std::string& path);

// A message, which may name paths: a line end in one does not make a second message, nor does an
// escape sequence mean anything.
[[nodiscard]] std::string on_one_line(std::string_view message);

// "12.3 MiB", for people.
[[nodiscard]] std::string size_text(std::uint64_t bytes);
// "1,234,567", for people.
[[nodiscard]] std::string count_text(std::uint64_t count);
// "1 commit", "2,000 commits".
[[nodiscard]] std::string count_text(std::uint64_t count, std::string_view singular,
                                     std::string_view plural = {});

}  // namespace persist::app
