// Text with figures in it, by fmt, whose formatter is compiled in one place: in every file that
// needs it, it would take as long as all the rest.
#pragma once

#include <fmt/core.h>

#include <string>

namespace persist {

[[nodiscard]] std::string format_arguments(fmt::string_view format, fmt::format_args arguments);

// fmt::format.
template <class... T>
[[nodiscard]] std::string format_text(fmt::format_string<T...> format, T&&... arguments) {
  return format_arguments(format, fmt::make_format_args(arguments...));
}

}  // namespace persist
