// "Did you mean": the known word nearest to one that was mistyped.
#pragma once

#include <span>
#include <string>
#include <string_view>

namespace persist::app {

// Empty when none is near: more than a third of the letters would have to change.
[[nodiscard]] std::string_view nearest(std::string_view typed,
                                       std::span<const std::string_view> known);

// "; did you mean '--prefix'?", or nothing.
[[nodiscard]] std::string did_you_mean(std::string_view typed,
                                       std::span<const std::string_view> known);

}  // namespace persist::app
