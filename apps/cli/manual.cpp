// Reads the part of scdoc(5) that man/ uses: headers, paragraphs, indentation, lists, tables,
// literal blocks, bold and underlined text.
#include "cli/manual.hpp"

#include <algorithm>
#include <cctype>
#include <vector>

#include "output/fill.hpp"
#include "output/table.hpp"

namespace persist::app {
namespace {

constexpr std::size_t body_indent = 4;
constexpr std::size_t step_indent = 4;
constexpr std::string_view plain_again = "\x1b[0m";

bool is_word_byte(char byte) {
  return std::isalnum(static_cast<unsigned char>(byte)) != 0;
}

// The words of a text, each with the codes that it needs, so that lines may break between any two.
class Words {
 public:
  explicit Words(bool styled) : styled_(styled) {}

  std::vector<std::string> split(std::string_view text) {
    for (std::size_t i = 0; i < text.size(); ++i) {
      const char byte = text[i];
      if (byte == '\\' && i + 1 < text.size()) {
        put(text[++i]);
      } else if (byte == '*') {
        toggle(is_bold_);
      } else if (byte == '_' && !is_inside_word(text, i)) {
        toggle(is_underlined_);
      } else if (byte == ' ') {
        end_word();
      } else {
        put(byte);
      }
    }
    end_word();
    return std::move(words_);
  }

 private:
  static bool is_inside_word(std::string_view text, std::size_t i) {
    return i > 0 && i + 1 < text.size() && is_word_byte(text[i - 1]) && is_word_byte(text[i + 1]);
  }
  void put(char byte) {
    if (word_.empty()) open_style();
    word_ += byte;
  }
  void open_style() {
    if (!styled_) return;
    if (is_bold_) word_ += "\x1b[1m";
    if (is_underlined_) word_ += "\x1b[4m";
  }
  void toggle(bool& which) {
    which = !which;
    if (!styled_ || word_.empty()) return;
    word_ += plain_again;
    open_style();
  }
  void end_word() {
    if (word_.empty()) return;
    if (styled_ && word_.find('\x1b') != std::string::npos) word_ += plain_again;
    words_.push_back(std::move(word_));
    word_.clear();
  }

  bool styled_;
  bool is_bold_ = false;
  bool is_underlined_ = false;
  std::string word_;
  std::vector<std::string> words_;
};

class Page {
 public:
  Page(std::size_t width, bool styled) : width_(width), styled_(styled) {}

  std::string render(std::string_view source) {
    read_line(source);  // "persist(1)"
    while (!source.empty()) {
      const std::string_view line = read_line(source);
      if (line.starts_with("```")) {
        literal(source);
      } else if (line.empty()) {
        finish_block();
      } else if (line.starts_with("# ") || line.starts_with("## ")) {
        header(line);
      } else if (is_table_row(line)) {
        table_line(line);
      } else if (!rows_.empty() && line.starts_with("  ")) {
        rows_.back().back().append(" ").append(line.substr(3));
      } else if (!line.starts_with("; ")) {
        text_line(line);
      }
    }
    finish_block();
    return std::move(out_);
  }

 private:
  static std::string_view read_line(std::string_view& source) {
    const std::size_t end = std::min(source.find('\n'), source.size());
    const std::string_view line = source.substr(0, end);
    source.remove_prefix(std::min(end + 1, source.size()));
    return line;
  }
  static bool is_table_row(std::string_view line) {
    return line.size() >= 3 && line[2] == ' ' &&
           std::string_view("|:[]").find(line[0]) != std::string_view::npos &&
           std::string_view("[]-<=> ").find(line[1]) != std::string_view::npos;
  }

  void header(std::string_view line) {
    finish_block();
    const bool is_sub = line.starts_with("##");
    line.remove_prefix(is_sub ? 3 : 2);
    if (!out_.empty()) out_ += '\n';
    out_ += is_sub ? "  " : "";
    out_ += coloured(line, Colour::bold, styled_) + "\n";
    is_blank_due_ = false;
  }

  void literal(std::string_view& source) {
    finish_block();
    begin_block();
    for (std::string_view line = read_line(source); line != "```"; line = read_line(source)) {
      if (!line.empty()) out_.append(body_indent + step_indent, ' ').append(line);
      out_ += '\n';
      if (source.empty()) break;
    }
    is_blank_due_ = true;
  }

  void table_line(std::string_view line) {
    finish_paragraph();
    if (line[0] != ':' || rows_.empty()) rows_.emplace_back();
    rows_.back().emplace_back(line.substr(3));
  }

  // A paragraph goes on as long as lines are indented alike and no item begins.
  void text_line(std::string_view line) {
    const std::size_t tabs = line.find_first_not_of('\t');
    line.remove_prefix(tabs);
    const bool is_item = line.starts_with("- ") || line.starts_with(". ");
    if (tabs != tabs_ || is_item) finish_paragraph();
    tabs_ = tabs;
    if (is_item) {
      bullet_ = line[0] == '.' ? std::to_string(++item_number_) + ". " : "- ";
      line.remove_prefix(2);
    }
    const bool breaks = line.ends_with("++");
    if (breaks) line.remove_suffix(2);
    paragraph_.append(paragraph_.empty() ? "" : " ").append(line);
    if (breaks) finish_paragraph();
  }

  void begin_block() {
    if (is_blank_due_) out_ += '\n';
    is_blank_due_ = false;
  }

  void finish_paragraph() {
    if (paragraph_.empty()) return;
    begin_block();
    const std::string first = std::string(body_indent + tabs_ * step_indent, ' ') + bullet_;
    out_ += filled(Words(styled_).split(paragraph_), first, width_);
    paragraph_.clear();
    bullet_.clear();
  }

  void finish_block() {
    const std::size_t before = out_.size();
    const bool was_item = !bullet_.empty();
    finish_paragraph();
    if (!was_item) item_number_ = 0;
    if (!rows_.empty()) finish_table();
    if (out_.size() > before) is_blank_due_ = true;
  }

  void finish_table() {
    begin_block();
    const std::vector<std::size_t> widths = column_widths();
    for (const std::vector<std::string>& row : rows_) {
      Table lines(std::vector<Align>(row.size(), Align::left));
      std::vector<std::vector<std::string>> cells;
      std::size_t height = 0;
      for (std::size_t i = 0; i < row.size(); ++i) {
        cells.push_back(lines_of(filled(Words(styled_).split(row[i]), "", widths[i])));
        height = std::max(height, cells.back().size());
      }
      for (std::size_t y = 0; y < height; ++y) {
        std::vector<std::string> line;
        for (std::size_t i = 0; i < cells.size(); ++i) {
          const std::string text = y < cells[i].size() ? cells[i][y] : std::string();
          line.push_back(text +
                         std::string(widths[i] - std::min(widths[i], display_width(text)), ' '));
        }
        lines.add(std::move(line));
      }
      out_ += lines.to_string(std::string(body_indent, ' '));
    }
    rows_.clear();
  }

  // Each column as wide as its widest cell, as long as all fit; else the widest ones give way.
  [[nodiscard]] std::vector<std::size_t> column_widths() const {
    constexpr std::size_t gap = 2;
    std::vector<std::size_t> widths;
    for (const std::vector<std::string>& row : rows_) {
      widths.resize(std::max(widths.size(), row.size()));
      for (std::size_t i = 0; i < row.size(); ++i) {
        const std::string line = filled(Words(false).split(row[i]), "", std::string::npos);
        widths[i] = std::max(widths[i], display_width(line) - 1);
      }
    }
    const auto total = [&widths] {
      std::size_t sum = body_indent;
      for (const std::size_t width : widths) sum += width + gap;
      return sum - gap;
    };
    while (total() > width_ && std::ranges::max(widths) > 1) --*std::ranges::max_element(widths);
    return widths;
  }

  static std::vector<std::string> lines_of(std::string_view text) {
    std::vector<std::string> lines;
    while (!text.empty()) lines.emplace_back(read_line(text));
    return lines;
  }

  std::size_t width_;
  bool styled_;
  std::string out_;
  bool is_blank_due_ = false;
  std::string paragraph_;
  std::size_t tabs_ = 0;
  std::string bullet_;
  std::size_t item_number_ = 0;
  std::vector<std::vector<std::string>> rows_;
};

}  // namespace

std::string manual_text(std::string_view source, std::size_t width, bool styled) {
  return Page(width, styled).render(source);
}

}  // namespace persist::app
