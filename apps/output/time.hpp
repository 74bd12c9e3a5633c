// Instants and durations as text.
#pragma once

#include <cstdint>
#include <expected>
#include <string>
#include <string_view>

#include "json/instant.hpp"

namespace persist::app {

using json::append_rfc3339;
using json::rfc3339;
using json::rfc3339_length;

// The reverse of rfc3339(); also with fewer digits or none, an offset for Z, a space for T, or a
// date alone (midnight, UTC). The error says what is wrong with a time, and is empty when the text
// is none at all.
[[nodiscard]] std::expected<std::uint64_t, std::string_view> parse_rfc3339(std::string_view text);

[[nodiscard]] std::uint64_t now_ns();  // wall clock, since 1970

// "1.5 s", "2 min 05 s", "3 h 20 min", for people.
[[nodiscard]] std::string duration_text(double seconds);

}  // namespace persist::app
