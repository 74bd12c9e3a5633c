// A self-contained HTML page, built as text: no scripts, nothing loaded from elsewhere; light and
// dark as the reader's system is, and light on paper.
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace persist::app {

// `text` with the characters that HTML reads as its own written out; bytes that are no UTF-8 become
// U+FFFD.
[[nodiscard]] std::string html_text(std::string_view text);

// How something stands; decides its colour and its mark.
enum class Mood { plain, good, warning, bad };

class HtmlPage {
 public:
  explicit HtmlPage(std::string_view title);

  void heading(std::string_view text);
  void paragraph(std::string_view text);
  // What to type.
  void command(std::string_view text);
  // A box that says how things stand: a few words, and a sentence.
  void verdict(Mood mood, std::string_view words, std::string_view sentence);

  struct Fact {
    std::string name;
    std::string text;
  };
  void facts(const std::vector<Fact>& facts);

  struct Cell {
    std::string text;
    Mood mood = Mood::plain;
  };
  struct Column {
    std::string title;
    bool is_number = false;
    bool is_wide = false;  // its text may be long: it breaks anywhere, others never
  };
  // A row may be shorter than the columns.
  void table(const std::vector<Column>& columns, const std::vector<std::vector<Cell>>& rows);

  // A strip for a file, places in fractions of its length.
  struct Range {
    double from = 0;
    double to = 0;
    Mood mood = Mood::good;
    std::string words;  // that a pointer shows
  };
  struct Strip {
    std::string label;
    std::vector<Range> ranges;    // later ones lie upon earlier ones
    std::vector<double> heights;  // of bars below it, 0 to 1; may be empty
    std::string left;             // below its ends
    std::string right;
  };
  void strip(const Strip& strip);

  // A line through points in fractions of width and height.
  struct Point {
    double x = 0;
    double y = 0;
  };
  struct AxisTexts {
    std::string top;
    std::string bottom;
    std::string left;
    std::string right;
  };
  void line_chart(std::string_view label, const std::vector<Point>& points, const AxisTexts& axis);

  // Bars in the order given; `value` is shown as `words`.
  struct Bar {
    std::string label;
    double value = 0;
    std::string words;
  };
  void bars(const std::vector<Bar>& bars);

  void footer(std::string_view text);
  [[nodiscard]] std::string finish() &&;

 private:
  void ends(std::string_view left, std::string_view right);

  std::string html_;
};

}  // namespace persist::app
