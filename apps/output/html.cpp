#include "output/html.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <nlohmann/json.hpp>

#include "output/json.hpp"

namespace persist::app {
namespace {

// Drawings are stretched to the width of the page, so their units are only fractions.
constexpr double drawing_width = 1000;
constexpr double drawing_height = 100;
constexpr double narrowest_range = 2;  // a single damaged byte must be seen

constexpr std::string_view style = R"(
:root { color-scheme: light dark; --ink: #1c2024; --page: #ffffff; --soft: #5f6873; --line: #d6dae0;
  --good: #2f8f5b; --warning: #b87a00; --bad: #c93434; --box: #f1f3f6; --accent: #2f6fb3; }
@media (prefers-color-scheme: dark) { :root { --ink: #e6e8eb; --page: #14171b; --soft: #9aa3ad;
  --line: #333a42; --good: #4fb883; --warning: #e0a83a; --bad: #f07474; --box: #20252b;
  --accent: #6ba6e6; } }
@media print { :root { color-scheme: light; --ink: #000; --page: #fff; --soft: #444; --line: #bbb;
  --good: #2f8f5b; --warning: #b87a00; --bad: #c93434; --box: #f1f3f6; --accent: #2f6fb3; }
  body { margin: 0; max-width: none; font-size: 11pt; }
  h2 { break-after: avoid; } figure, tr, .verdict, .facts { break-inside: avoid; } }
* { print-color-adjust: exact; -webkit-print-color-adjust: exact; }
body { font: 16px/1.5 system-ui, sans-serif; color: var(--ink); background: var(--page);
  max-width: 62rem; margin: 2rem auto; padding: 0 1rem; }
h1 { font-size: 1.6rem; overflow-wrap: anywhere; } h2 { font-size: 1.15rem; margin: 2.2rem 0 .6rem; }
.verdict { border-left: .4rem solid; padding: .6rem 1rem; margin: 1rem 0; background: var(--box); }
.verdict strong { display: block; font-size: 1.1rem; }
.verdict.good { border-color: var(--good); } .verdict.warning { border-color: var(--warning); }
.verdict.bad { border-color: var(--bad); }
strong.good, td.good { color: var(--good); } strong.warning, td.warning { color: var(--warning); }
strong.bad, td.bad { color: var(--bad); }
.facts { display: grid; grid-template-columns: max-content 1fr; gap: .2rem 1.5rem; margin: 1rem 0; }
.facts dt { color: var(--soft); } .facts dd { margin: 0; overflow-wrap: anywhere; }
pre { background: var(--box); padding: .6rem 1rem; overflow-x: auto; }
.wide { overflow-x: auto; }
table { border-collapse: collapse; width: 100%; font-size: .93rem; font-variant-numeric: tabular-nums; }
th, td { text-align: left; padding: .3rem 1.2rem .3rem 0; border-bottom: 1px solid var(--line);
  vertical-align: top; white-space: nowrap; }
th { color: var(--soft); font-weight: 600; } .number { text-align: right; }
td.long { white-space: normal; overflow-wrap: anywhere; min-width: 14rem; }
figure { margin: 1rem 0; } figcaption { color: var(--soft); font-size: .9rem; margin-bottom: .3rem;
  overflow-wrap: anywhere; }
svg { width: 100%; display: block; } .strip { height: 2.2rem; } .commits { height: 1.6rem; }
.chart { height: 14rem; border: 1px solid var(--line); box-sizing: border-box; }
.marks { position: relative; height: .9rem; } .marks span { position: absolute; font-size: .7rem;
  line-height: .9rem; transform: translateX(-50%); color: var(--bad); }
.marks span.warning { color: var(--warning); }
rect.plain { fill: var(--line); } rect.good { fill: var(--good); } rect.warning { fill: var(--warning); }
rect.bad { fill: var(--bad); } .commits rect { fill: var(--accent); }
.curve { fill: none; stroke: var(--accent); stroke-width: 2; vector-effect: non-scaling-stroke; }
.ends { display: flex; justify-content: space-between; gap: 1rem; color: var(--soft);
  font-size: .8rem; }
.bars { display: grid; grid-template-columns: minmax(0, 2fr) minmax(4rem, 3fr) max-content;
  gap: .3rem 1rem; align-items: center; font-size: .93rem; }
.bars span { overflow-wrap: anywhere; } .bars i { display: block; height: .8rem; min-width: 2px;
  background: var(--accent); }
@media (max-width: 40rem) { thead { display: none; } table, tbody, tr, td { display: block; }
  tr { border-bottom: 1px solid var(--line); padding: .4rem 0; } td, td.long, .number {
  border: 0; padding: 0; text-align: left; white-space: normal; overflow-wrap: anywhere;
  min-width: 0; } td:empty { display: none; }
  td::before { content: attr(data-label) ": "; color: var(--soft); } }
@media print { .wide, pre { overflow: visible; } td, td.long { white-space: normal;
  overflow-wrap: anywhere; min-width: 0; } }
footer { margin-top: 2.5rem; color: var(--soft); font-size: .85rem; }
)";

std::string_view class_of(Mood mood) {
  switch (mood) {
    case Mood::plain:
      return "plain";
    case Mood::good:
      return "good";
    case Mood::warning:
      return "warning";
    case Mood::bad:
      return "bad";
  }
  return "plain";
}

constexpr std::string_view replacement = "\xEF\xBF\xBD";  // U+FFFD

// By a way through JSON, whose writer replaces what is no UTF-8.
std::string as_utf8(std::string_view text) {
  return Json::parse(json::text_of(Json(text))).get<std::string>();
}

// HTML has no way to write it.
bool is_forbidden(char c) {
  const auto byte = static_cast<unsigned char>(c);
  return (byte < 0x20 && c != '\n' && c != '\t') || byte == 0x7F;
}

}  // namespace

std::string html_text(std::string_view text) {
  std::string out;
  for (const char c : as_utf8(text)) {
    switch (c) {
      case '&':
        out += "&amp;";
        break;
      case '<':
        out += "&lt;";
        break;
      case '>':
        out += "&gt;";
        break;
      case '"':
        out += "&quot;";
        break;
      default:
        out += is_forbidden(c) ? replacement : std::string_view(&c, 1);
    }
  }
  return out;
}

HtmlPage::HtmlPage(std::string_view title) {
  html_ =
      "<!DOCTYPE html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n"
      "<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n<title>";
  html_ += html_text(title);
  html_ += "</title>\n<style>";
  html_ += style;
  html_ += "</style>\n</head>\n<body>\n<h1>" + html_text(title) + "</h1>\n";
}

void HtmlPage::heading(std::string_view text) {
  html_ += "<h2>" + html_text(text) + "</h2>\n";
}

void HtmlPage::paragraph(std::string_view text) {
  html_ += "<p>" + html_text(text) + "</p>\n";
}

void HtmlPage::command(std::string_view text) {
  html_ += "<pre>" + html_text(text) + "</pre>\n";
}

void HtmlPage::verdict(Mood mood, std::string_view words, std::string_view sentence) {
  html_ += fmt::format("<div class=\"verdict {}\"><strong class=\"{}\">{}</strong>{}</div>\n",
                       class_of(mood), class_of(mood), html_text(words), html_text(sentence));
}

void HtmlPage::facts(const std::vector<Fact>& facts) {
  html_ += "<dl class=\"facts\">\n";
  for (const Fact& fact : facts) {
    html_ += "<dt>" + html_text(fact.name) + "</dt><dd>" + html_text(fact.text) + "</dd>\n";
  }
  html_ += "</dl>\n";
}

void HtmlPage::table(const std::vector<Column>& columns,
                     const std::vector<std::vector<Cell>>& rows) {
  html_ += "<div class=\"wide\"><table>\n<thead><tr>";
  for (const Column& column : columns) {
    html_ += fmt::format("<th{}>{}</th>", column.is_number ? " class=\"number\"" : "",
                         html_text(column.title));
  }
  html_ += "</tr></thead>\n<tbody>\n";
  for (const std::vector<Cell>& row : rows) {
    html_ += "<tr>";
    for (std::size_t i = 0; i < row.size() && i < columns.size(); ++i) {
      std::string classes(columns[i].is_number ? "number " : columns[i].is_wide ? "long " : "");
      classes += class_of(row[i].mood);
      // A narrow page has no room for columns: there each cell says what it is.
      html_ += fmt::format("<td class=\"{}\" data-label=\"{}\">{}</td>", classes,
                           html_text(columns[i].title), html_text(row[i].text));
    }
    html_ += "</tr>\n";
  }
  html_ += "</tbody></table></div>\n";
}

void HtmlPage::strip(const Strip& strip) {
  html_ += "<figure><figcaption>" + html_text(strip.label) + "</figcaption>\n";
  std::string marks;
  html_ += fmt::format(
      "<svg class=\"strip\" viewBox=\"0 0 {} {}\" preserveAspectRatio=\"none\" role=\"img\" "
      "aria-label=\"{}\">\n",
      drawing_width, drawing_height, html_text(strip.label));
  for (const Range& range : strip.ranges) {
    const double width = std::max(narrowest_range, (range.to - range.from) * drawing_width);
    const double x = std::min(range.from * drawing_width, drawing_width - width);
    html_ += fmt::format(
        "<rect class=\"{}\" x=\"{:.2f}\" y=\"0\" width=\"{:.2f}\" height=\"{}\"><title>{}</title>"
        "</rect>\n",
        class_of(range.mood), x, width, drawing_height, html_text(range.words));
    // Not by colour alone, and large enough to be found.
    if (range.mood == Mood::bad || range.mood == Mood::warning) {
      marks += fmt::format("<span class=\"{}\" style=\"left:{:.2f}%\" title=\"{}\">▲</span>",
                           class_of(range.mood), (x + width / 2) / drawing_width * 100,
                           html_text(range.words));
    }
  }
  html_ += "</svg>\n";
  if (!marks.empty()) html_ += "<div class=\"marks\">" + marks + "</div>\n";
  if (!strip.heights.empty()) {
    const double width = drawing_width / static_cast<double>(strip.heights.size());
    html_ += fmt::format(
        "<svg class=\"commits\" viewBox=\"0 0 {} {}\" preserveAspectRatio=\"none\" role=\"img\" "
        "aria-label=\"where commits begin\">\n",
        drawing_width, drawing_height);
    for (std::size_t i = 0; i < strip.heights.size(); ++i) {
      const double height = strip.heights[i] * drawing_height;
      if (height <= 0) continue;
      html_ += fmt::format("<rect x=\"{:.2f}\" y=\"{:.1f}\" width=\"{:.2f}\" height=\"{:.1f}\"/>\n",
                           static_cast<double>(i) * width, drawing_height - height, width, height);
    }
    html_ += "</svg>\n";
  }
  ends(strip.left, strip.right);
  html_ += "</figure>\n";
}

void HtmlPage::line_chart(std::string_view label, const std::vector<Point>& points,
                          const AxisTexts& axis) {
  html_ += "<figure><figcaption>" + html_text(label) + "</figcaption>\n";
  ends(axis.top, "");
  html_ += fmt::format(
      "<svg class=\"chart\" viewBox=\"0 -2 {} {}\" preserveAspectRatio=\"none\" role=\"img\" "
      "aria-label=\"{}\">\n<polyline class=\"curve\" points=\"",
      drawing_width, drawing_height + 4, html_text(label));
  for (const Point& point : points) {
    html_ += fmt::format("{:.1f},{:.2f} ", point.x * drawing_width, (1 - point.y) * drawing_height);
  }
  html_ += "\"/>\n</svg>\n";
  ends(axis.bottom, "");
  ends(axis.left, axis.right);
  html_ += "</figure>\n";
}

void HtmlPage::bars(const std::vector<Bar>& bars) {
  if (bars.empty()) return;
  const double largest = std::ranges::max(bars, {}, &Bar::value).value;
  html_ += "<div class=\"bars\">\n";
  for (const Bar& bar : bars) {
    const double percent = largest > 0 ? bar.value / largest * 100 : 0;
    html_ +=
        fmt::format("<span>{}</span><div><i style=\"width:{:.1f}%\"></i></div><span>{}</span>\n",
                    html_text(bar.label), percent, html_text(bar.words));
  }
  html_ += "</div>\n";
}

void HtmlPage::footer(std::string_view text) {
  html_ += "<footer>" + html_text(text) + "</footer>\n";
}

std::string HtmlPage::finish() && {
  html_ += "</body>\n</html>\n";
  return std::move(html_);
}

void HtmlPage::ends(std::string_view left, std::string_view right) {
  if (left.empty() && right.empty()) return;
  html_ += "<div class=\"ends\"><span>" + html_text(left) + "</span><span>" + html_text(right) +
           "</span></div>\n";
}

}  // namespace persist::app
