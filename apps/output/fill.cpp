#include "output/fill.hpp"

#include "output/table.hpp"

namespace persist::app {

std::string filled(const std::vector<std::string>& words, const std::string& first,
                   std::size_t width) {
  std::string text = first;
  const std::size_t indent = display_width(first);
  std::size_t column = indent;
  for (const std::string& word : words) {
    const std::size_t word_width = display_width(word);
    if (column > indent && column + 1 + word_width > width) {
      text.append("\n").append(indent, ' ');
      column = indent;
    } else if (column > indent) {
      text += ' ';
      ++column;
    }
    text += word;
    column += word_width;
  }
  return text += '\n';
}

}  // namespace persist::app
