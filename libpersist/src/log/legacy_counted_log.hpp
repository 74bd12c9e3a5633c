// Sound logs of counted commits prove themselves: since release 0.23 each commit takes the next
// number, and damage takes some of them away.
#pragma once

#include <optional>

#include "log/window.hpp"

namespace persist::log {

// Where the legacy records end that follow each other from `begin` on, at `end` or in front of a
// framed part, when they are those of commits that were counted: each number once and none missing,
// but for a few at either end of a log that was cut while writers overtook each other; keys
// ascending in each commit, no value that ends in a record of its own commit, as one with a damaged
// length would, and no first key that ends in another one. None when they are not.
[[nodiscard]] Result<std::optional<std::uint64_t>> counted_log_end(File& file, std::uint64_t begin,
                                                                   std::uint64_t end);

}  // namespace persist::log
