// Versions that are wall clocks, as text.
#pragma once

#include <cstdint>
#include <string>

namespace persist::json {

// RFC 3339 in UTC with all nine digits of nanoseconds: "2026-11-22T18:20:00.000000000Z".
inline constexpr std::size_t rfc3339_length = 30;
void append_rfc3339(std::string& out, std::uint64_t nanoseconds_since_1970);
[[nodiscard]] std::string rfc3339(std::uint64_t nanoseconds_since_1970);

}  // namespace persist::json
