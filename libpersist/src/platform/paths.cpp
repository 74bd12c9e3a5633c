#include "platform/paths.hpp"

#include <unistd.h>

namespace persist::platform {

std::string temporary_name(const std::string& target, std::uint64_t number,
                           std::string_view suffix) {
  return target + "." + std::to_string(::getpid()) + "_" + std::to_string(number) + "." +
         std::string(suffix);
}

}  // namespace persist::platform
