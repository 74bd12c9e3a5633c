// Text for people: aligned columns, colour where it is wanted.
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace persist::app {

enum class Colour { plain, bold, dim, red, green, yellow };

// "text" between the terminal's codes, or as it is when `enabled` is false.
[[nodiscard]] std::string coloured(std::string_view text, Colour colour, bool enabled);

enum class Align { left, right };

class Table {
 public:
  explicit Table(std::vector<Align> columns) : columns_(std::move(columns)) {}
  void add(std::vector<std::string> cells) { rows_.push_back(std::move(cells)); }
  [[nodiscard]] bool empty() const { return rows_.empty(); }
  // Each line begins with `indent`; columns are two spaces apart; no spaces at a line's end.
  [[nodiscard]] std::string to_string(std::string_view indent = "") const;

 private:
  std::vector<Align> columns_;
  std::vector<std::vector<std::string>> rows_;
};

// Columns that a text takes on a terminal: code points, not bytes; codes of colour take none.
[[nodiscard]] std::size_t display_width(std::string_view text);

}  // namespace persist::app
