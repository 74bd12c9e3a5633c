#include "output/table.hpp"

#include <algorithm>
#include <array>
#include <cstdint>

namespace persist::app {

std::string coloured(std::string_view text, Colour colour, bool enabled) {
  constexpr std::array<std::string_view, 6> codes{"", "1", "2", "31", "32", "33"};
  if (!enabled || colour == Colour::plain) return std::string(text);
  std::string result = "\x1b[";
  result.append(codes[static_cast<std::size_t>(colour)]) += 'm';
  return result.append(text) + "\x1b[0m";
}

std::size_t display_width(std::string_view text) {
  std::size_t width = 0;
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (text[i] == '\x1b') {
      i = std::min(text.find('m', i), text.size());
    } else if ((static_cast<std::uint8_t>(text[i]) & 0xC0U) != 0x80U) {
      ++width;  // not the continuation of a character
    }
  }
  return width;
}

std::string Table::to_string(std::string_view indent) const {
  std::vector<std::size_t> widths(columns_.size());
  for (const auto& row : rows_) {
    for (std::size_t i = 0; i < row.size(); ++i) {
      widths[i] = std::max(widths[i], display_width(row[i]));
    }
  }
  std::string text;
  for (const auto& row : rows_) {
    text += indent;
    for (std::size_t i = 0; i < row.size(); ++i) {
      const std::string padding(widths[i] - display_width(row[i]), ' ');
      const bool is_last = i + 1 == row.size();
      if (columns_[i] == Align::right) text += padding;
      text += row[i];
      if (columns_[i] == Align::left && !is_last) text += padding;
      if (!is_last) text += "  ";
    }
    text.erase(text.find_last_not_of(' ') + 1);
    text += '\n';
  }
  return text;
}

}  // namespace persist::app
