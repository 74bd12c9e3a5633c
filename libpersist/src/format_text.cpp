// The one file with fmt's formatter in it.
#define FMT_HEADER_ONLY
#include "format_text.hpp"

#include <fmt/format.h>

namespace persist {

std::string format_arguments(fmt::string_view format, fmt::format_args arguments) {
  return fmt::vformat(format, arguments);
}

}  // namespace persist
