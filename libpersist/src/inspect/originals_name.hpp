// What tells a directory of originals from one that somebody else made: `repair-<UTC time>`.
#pragma once

#include <algorithm>
#include <string_view>

namespace persist {

inline constexpr std::string_view originals_prefix = "repair-";

// "repair-20261231T235959Z", and "repair-20261231T235959Z-001" where that name was taken.
[[nodiscard]] inline bool is_originals_name(std::string_view name) noexcept {
  constexpr std::string_view time = "00000000T000000Z";  // a zero stands for any digit
  const auto is_digit = [](char c) { return c >= '0' && c <= '9'; };
  const auto fits = [&](char expected, char c) {
    return expected == '0' ? is_digit(c) : expected == c;
  };
  if (!name.starts_with(originals_prefix)) return false;
  name.remove_prefix(originals_prefix.size());
  if (!std::ranges::equal(time, name.substr(0, time.size()), fits)) return false;
  name.remove_prefix(time.size());
  return name.empty() ||
         (name.size() > 1 && name[0] == '-' && std::ranges::all_of(name.substr(1), is_digit));
}

}  // namespace persist
