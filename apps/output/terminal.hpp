// What the terminal behind a descriptor can show.
#pragma once

#include <cstddef>
#include <optional>

namespace persist::app {

// None when it is no terminal, or one that does not say.
[[nodiscard]] std::optional<std::size_t> terminal_columns(int descriptor) noexcept;

}  // namespace persist::app
