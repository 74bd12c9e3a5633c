#include "output/terminal.hpp"

#include <sys/ioctl.h>

namespace persist::app {

std::optional<std::size_t> terminal_columns(int descriptor) noexcept {
  winsize size{};
  if (::ioctl(descriptor, TIOCGWINSZ, &size) != 0 || size.ws_col == 0) return std::nullopt;
  return size.ws_col;
}

}  // namespace persist::app
