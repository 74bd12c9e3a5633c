#include <persist/result.hpp>

#include <cstring>

#include "format_text.hpp"

namespace persist {

std::string Error::to_string() const {
  std::string text;
  if (!path.empty()) text += path + ": ";
  if (offset) text += format_text("at byte {}: ", *offset);
  text += message;
  if (os_error != 0) text += format_text(" ({})", std::strerror(os_error));
  if (!advice.empty()) text += "; " + advice;
  return text;
}

}  // namespace persist
