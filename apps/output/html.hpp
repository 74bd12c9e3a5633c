// A self-contained HTML page, built as text: no scripts, nothing loaded from elsewhere.
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace persist::app {

// `text` with the characters that HTML reads as its own written out; bytes that are no UTF-8 become
// U+FFFD.
[[nodiscard]] std::string html_text(std::string_view text);

class HtmlPage {
 public:
  explicit HtmlPage(std::string_view title);

  void heading(std::string_view text);
  void paragraph(std::string_view text);
  // A box that says how things stand: "good", "warning" or "bad".
  void verdict(std::string_view kind, std::string_view text);
  // The first row is the header. Cells are text.
  void table(const std::vector<std::vector<std::string>>& rows);

  // A strip for a file: ranges in fractions of its length, each of a kind ("sound", "bad",
  // "warning", "empty") with words that a pointer shows.
  struct Range {
    double from = 0;
    double to = 0;
    std::string_view kind;
    std::string words;
  };
  void strip(std::string_view label, const std::vector<Range>& ranges);

  // A line through points in fractions of width and height.
  struct Point {
    double x = 0;
    double y = 0;
  };
  struct AxisTexts {
    std::string left;
    std::string right;
    std::string bottom;
    std::string top;
  };
  void line_chart(std::string_view label, const std::vector<Point>& points, const AxisTexts& axis);

  // Bars, longest first as given; `value` is shown as `words`.
  struct Bar {
    std::string label;
    double value = 0;
    std::string words;
  };
  void bars(const std::vector<Bar>& bars);

  [[nodiscard]] std::string finish() &&;

 private:
  std::string html_;
};

}  // namespace persist::app
