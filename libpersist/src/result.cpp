#include <persist/result.hpp>

#include <cstring>

#include <fmt/format.h>

namespace persist {

std::string Error::to_string() const {
  std::string text;
  if (!path.empty()) text += path + ": ";
  if (offset) text += fmt::format("at byte {}: ", *offset);
  text += message;
  if (os_error != 0) text += fmt::format(" ({})", std::strerror(os_error));
  if (!advice.empty()) text += "; " + advice;
  return text;
}

}  // namespace persist
