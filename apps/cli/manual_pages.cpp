// Finds a page of the manual by the word that it is asked for with.
#include <algorithm>

#include "cli/manual.hpp"

namespace persist::app {
namespace {

// "verify" of "persist-verify.1", "persist" of "persist.1".
std::string_view word_of(const ManualPage& page) noexcept {
  std::string_view name = page.name.substr(0, page.name.rfind('.'));
  constexpr std::string_view prefix = "persist-";
  if (name.starts_with(prefix)) name.remove_prefix(prefix.size());
  return name;
}

}  // namespace

std::vector<std::string> manual_words() {
  std::vector<std::string> words;
  for (const ManualPage& page : manual_pages()) {
    words.emplace_back(word_of(page));
  }
  return words;
}

const ManualPage* find_manual_page(std::string_view word) noexcept {
  const auto pages = manual_pages();
  const auto found = std::ranges::find(pages, word, word_of);
  return found == pages.end() ? nullptr : &*found;
}

}  // namespace persist::app
