// Text in lines that are not too long.
#pragma once

#include <string>
#include <vector>

namespace persist::app {

// The words in lines of at most `width` columns, each with its end; `first` stands before the first
// line, spaces as wide as `first` before the others.
[[nodiscard]] std::string filled(const std::vector<std::string>& words, const std::string& first,
                                 std::size_t width);

}  // namespace persist::app
