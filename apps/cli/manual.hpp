// The manual inside the program: the pages' sources, and how they look on a terminal.
#pragma once

#include <cstddef>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace persist::app {

struct ManualPage {
  std::string_view name;    // "persist-verify.1"
  std::string_view source;  // scdoc(5)
};

// Made from man/ by embed_manual.cmake.
[[nodiscard]] std::span<const ManualPage> manual_pages() noexcept;

// What a page is asked for with: the commands, "rescue", "formats" and the like.
[[nodiscard]] std::vector<std::string> manual_words();

// The page of a command, or of a word behind "persist-": "verify", "rescue"; of "" the program's.
// Null when there is none.
[[nodiscard]] const ManualPage* find_manual_page(std::string_view word) noexcept;

// The page as text of at most `width` columns (what is literal keeps its lines). `styled`: bold and
// underlined as a terminal shows them.
[[nodiscard]] std::string manual_text(std::string_view source, std::size_t width, bool styled);

}  // namespace persist::app
