// Instants and durations as text.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace persist::app {

// RFC 3339 in UTC with all nine digits of nanoseconds: "2026-11-22T18:20:00.000000000Z".
inline constexpr std::size_t rfc3339_length = 30;
void append_rfc3339(std::string& out, std::uint64_t nanoseconds_since_1970);
[[nodiscard]] std::string rfc3339(std::uint64_t nanoseconds_since_1970);

// The reverse; also with fewer digits or none, an offset for Z, a space for T, or a date alone
// (midnight, UTC). None when it is no such text, or before 1970 or after 2554.
[[nodiscard]] std::optional<std::uint64_t> parse_rfc3339(std::string_view text);

[[nodiscard]] std::uint64_t now_ns();  // wall clock, since 1970

// "1.5 s", "2 min 05 s", "3 h 20 min", for people.
[[nodiscard]] std::string duration_text(double seconds);

}  // namespace persist::app
