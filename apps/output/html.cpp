#include "output/html.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "output/json.hpp"

namespace persist::app {
namespace {

constexpr double drawing_width = 1000;
constexpr double chart_height = 220;
constexpr double narrowest_range = 2;  // a single damaged byte must be seen

// Colours that hold in light and dark, on a screen and on paper.
constexpr std::string_view style = R"(
:root { color-scheme: light dark; --ink: #1c2024; --page: #ffffff; --soft: #6b7280; --line: #d6dae0;
  --good: #2f8f5b; --warning: #c98a00; --bad: #c93434; --empty: #e8ebef; --accent: #2f6fb3; }
@media (prefers-color-scheme: dark) { :root { --ink: #e6e8eb; --page: #14171b; --soft: #9aa3ad;
  --line: #333a42; --good: #4fb883; --warning: #e0a83a; --bad: #ec6a6a; --empty: #262c33;
  --accent: #6ba6e6; } }
body { font: 16px/1.5 system-ui, sans-serif; color: var(--ink); background: var(--page);
  max-width: 62rem; margin: 2rem auto; padding: 0 1rem; }
h1 { font-size: 1.6rem; overflow-wrap: anywhere; } h2 { font-size: 1.15rem; margin-top: 2.2rem; }
.verdict { border-left: .4rem solid; padding: .6rem 1rem; margin: 1rem 0; background: var(--empty); }
.verdict.good { border-color: var(--good); } .verdict.warning { border-color: var(--warning); }
.verdict.bad { border-color: var(--bad); }
.wide { overflow-x: auto; }
table { border-collapse: collapse; width: 100%; font-size: .93rem; font-variant-numeric: tabular-nums; }
th, td { text-align: left; padding: .3rem .8rem .3rem 0; border-bottom: 1px solid var(--line);
  vertical-align: top; overflow-wrap: anywhere; }
th { color: var(--soft); font-weight: 600; }
figure { margin: 1rem 0; } figcaption { color: var(--soft); font-size: .9rem; margin-bottom: .3rem; }
svg { width: 100%; height: auto; display: block; }
.sound { fill: var(--good); } .warning-range { fill: var(--warning); } .bad-range { fill: var(--bad); }
.empty-range { fill: var(--empty); } .curve { fill: none; stroke: var(--accent); stroke-width: 2.5; }
.frame { fill: none; stroke: var(--line); } .bar { fill: var(--accent); }
svg text { fill: var(--soft); font: 13px system-ui, sans-serif; }
@media print { body { margin: 0; max-width: none; } figure, table, .verdict { break-inside: avoid; } }
)";

std::string_view class_of(std::string_view kind) {
  if (kind == "bad") return "bad-range";
  if (kind == "warning") return "warning-range";
  if (kind == "empty") return "empty-range";
  return "sound";
}

}  // namespace

std::string html_text(std::string_view text) {
  // JSON's text writer replaces what is no UTF-8; the quotes around it are cut off.
  std::string quoted;
  append_json_text(quoted, text);
  std::string out;
  for (const char c : std::string_view(quoted).substr(1, quoted.size() - 2)) {
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
      default:
        out += c;
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

void HtmlPage::verdict(std::string_view kind, std::string_view text) {
  html_ += fmt::format("<div class=\"verdict {}\">{}</div>\n", kind, html_text(text));
}

void HtmlPage::table(const std::vector<std::vector<std::string>>& rows) {
  html_ += "<div class=\"wide\"><table>\n";
  for (std::size_t i = 0; i < rows.size(); ++i) {
    html_ += "<tr>";
    for (const std::string& cell : rows[i]) {
      const std::string_view tag = i == 0 ? "th" : "td";
      html_ += fmt::format("<{}>{}</{}>", tag, html_text(cell), tag);
    }
    html_ += "</tr>\n";
  }
  html_ += "</table></div>\n";
}

void HtmlPage::strip(std::string_view label, const std::vector<Range>& ranges) {
  html_ += "<figure><figcaption>" + html_text(label) + "</figcaption>\n";
  html_ += fmt::format("<svg viewBox=\"0 0 {} 36\" role=\"img\" aria-label=\"{}\">\n",
                       drawing_width, html_text(label));
  for (const Range& range : ranges) {
    const double width = std::max(narrowest_range, (range.to - range.from) * drawing_width);
    const double x = std::min(range.from * drawing_width, drawing_width - width);
    html_ += fmt::format(
        "<rect class=\"{}\" x=\"{:.2f}\" y=\"0\" width=\"{:.2f}\" height=\"36\"><title>{}</title>"
        "</rect>\n",
        class_of(range.kind), x, width, html_text(range.words));
  }
  html_ += "</svg></figure>\n";
}

void HtmlPage::line_chart(std::string_view label, const std::vector<Point>& points,
                          const AxisTexts& axis) {
  html_ += "<figure><figcaption>" + html_text(label) + "</figcaption>\n";
  html_ += fmt::format("<svg viewBox=\"0 -22 {} {}\" role=\"img\" aria-label=\"{}\">\n",
                       drawing_width, chart_height + 46, html_text(label));
  html_ += fmt::format("<rect class=\"frame\" x=\"0\" y=\"0\" width=\"{}\" height=\"{}\"/>\n",
                       drawing_width, chart_height);
  html_ += "<polyline class=\"curve\" points=\"";
  for (const Point& point : points) {
    html_ += fmt::format("{:.1f},{:.1f} ", point.x * drawing_width, (1 - point.y) * chart_height);
  }
  html_ += "\"/>\n";
  const auto text = [this](double x, double y, std::string_view anchor, std::string_view words) {
    html_ += fmt::format("<text x=\"{:.0f}\" y=\"{:.0f}\" text-anchor=\"{}\">{}</text>\n", x, y,
                         anchor, html_text(words));
  };
  text(0, chart_height + 18, "start", axis.left);
  text(drawing_width, chart_height + 18, "end", axis.right);
  text(0, -8, "start", axis.top);
  text(drawing_width, -8, "end", axis.bottom);
  html_ += "</svg></figure>\n";
}

void HtmlPage::bars(const std::vector<Bar>& bars) {
  if (bars.empty()) return;
  const double largest = std::ranges::max(bars, {}, &Bar::value).value;
  html_ += "<div class=\"wide\"><table>\n";
  for (const Bar& bar : bars) {
    const double width = largest > 0 ? bar.value / largest * 300 : 0;
    html_ += fmt::format(
        "<tr><td>{}</td><td><svg viewBox=\"0 0 300 14\" style=\"width:300px\"><rect class=\"bar\" "
        "width=\"{:.1f}\" height=\"14\"/></svg></td><td>{}</td></tr>\n",
        html_text(bar.label), width, html_text(bar.words));
  }
  html_ += "</table></div>\n";
}

std::string HtmlPage::finish() && {
  html_ += "</body>\n</html>\n";
  return std::move(html_);
}

}  // namespace persist::app
