// The four generations of files (formats/README.md, "Release lines").
#pragma once

#include <array>
#include <optional>
#include <string_view>

namespace persist {

enum class ReleaseLine { v0_18, v0_27, v1_0, v1_1 };

inline constexpr std::array all_release_lines{ReleaseLine::v0_18, ReleaseLine::v0_27,
                                              ReleaseLine::v1_0, ReleaseLine::v1_1};

// How a log's commits lie in the file.
enum class LogFormat { legacy, framed_1, framed_2 };

[[nodiscard]] constexpr LogFormat log_format_of(ReleaseLine line) noexcept {
  switch (line) {
    case ReleaseLine::v0_18:
    case ReleaseLine::v0_27:
      return LogFormat::legacy;
    case ReleaseLine::v1_0:
      return LogFormat::framed_1;
    case ReleaseLine::v1_1:
      return LogFormat::framed_2;
  }
  return LogFormat::framed_2;
}

// Only the oldest line keeps every version of a key in a snapshot.
[[nodiscard]] constexpr bool snapshot_holds_history(ReleaseLine line) noexcept {
  return line == ReleaseLine::v0_18;
}
[[nodiscard]] constexpr bool snapshot_has_header(ReleaseLine line) noexcept {
  return line == ReleaseLine::v1_1;
}

[[nodiscard]] constexpr std::string_view name_of(ReleaseLine line) noexcept {
  constexpr std::array<std::string_view, 4> names{"0.18", "0.27", "1.0", "1.1"};
  return names[static_cast<std::size_t>(line)];
}
[[nodiscard]] constexpr std::string_view name_of(LogFormat format) noexcept {
  constexpr std::array<std::string_view, 3> names{"legacy", "framed-1", "framed-2"};
  return names[static_cast<std::size_t>(format)];
}
[[nodiscard]] constexpr std::optional<ReleaseLine> release_line_from(
    std::string_view name) noexcept {
  for (const ReleaseLine line : all_release_lines) {
    if (name_of(line) == name) return line;
  }
  return std::nullopt;
}

// Up to line 0.18 a version is nanoseconds since 1970; from 0.27 on it is a counter that starts at 1
// (or above the older clock's versions it was seeded with). 2000-01-01 divides them: no counter gets
// there.
inline constexpr unsigned long long earliest_clock_version = 946'684'800'000'000'000ULL;
[[nodiscard]] constexpr bool is_clock_version(unsigned long long version) noexcept {
  return version >= earliest_clock_version;
}

// The first version that 1.1 refuses (2^62), and the first that 0.27 and 1.0 refuse (2^63).
inline constexpr unsigned long long version_limit_1_1 = 1ULL << 62U;
inline constexpr unsigned long long version_limit_0_27 = 1ULL << 63U;

}  // namespace persist
