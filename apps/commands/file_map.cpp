#include "commands/file_map.hpp"

#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cstdlib>

#include "cli/signals.hpp"
#include "output/bytes.hpp"
#include "output/table.hpp"
#include "output/terminal.hpp"

namespace persist::app {
namespace {

constexpr std::size_t most_cells = 96;
constexpr std::size_t fewest_cells = 16;
constexpr std::size_t margin = 6;  // "  |" and "|"

// What a cell stands for; a greater one hides a lesser one.
enum class Cell : std::uint8_t { sound, uncertain, damaged };

// Whether the locale's characters are UTF-8, by the rule of setlocale(3).
bool locale_is_utf8() {
  for (const char* name : {"LC_ALL", "LC_CTYPE", "LANG"}) {
    const char* value = std::getenv(name);  // NOLINT(concurrency-mt-unsafe)
    if (value == nullptr || *value == '\0') continue;
    const std::string_view text(value);
    return text.find("UTF-8") != std::string_view::npos ||
           text.find("utf8") != std::string_view::npos;
  }
  return false;
}

// Which of `count` equal parts of the file the byte is in.
std::size_t part_at(std::uint64_t offset, const FileReport& file, std::size_t count) {
  // Not a product of both: files may be larger than 2^64 divided by the parts.
  const double fraction = static_cast<double>(offset) / static_cast<double>(file.bytes);
  return std::min(static_cast<std::size_t>(fraction * static_cast<double>(count)), count - 1);
}

std::vector<Cell> cells_of(const FileReport& file, std::size_t count) {
  std::vector<Cell> cells(count, Cell::sound);
  const auto cell_at = [&](std::uint64_t offset) { return part_at(offset, file, count); };
  for (const Finding& finding : file.findings) {
    if (finding.severity == Severity::info || finding.length == 0) continue;
    const Cell kind = finding.severity == Severity::error ? Cell::damaged : Cell::uncertain;
    const std::size_t last = cell_at(finding.offset + finding.length - 1);
    for (std::size_t i = cell_at(finding.offset); i <= last; ++i) {
      cells[i] = std::max(cells[i], kind);
    }
  }
  return cells;
}

std::string cells_text(const std::vector<Cell>& cells, bool colour) {
  constexpr std::array<std::string_view, 3> signs{"=", "?", "X"};
  constexpr std::array colours{Colour::green, Colour::yellow, Colour::red};
  std::string text;
  for (std::size_t i = 0; i < cells.size();) {
    std::size_t end = i;
    std::string run;
    for (; end < cells.size() && cells[end] == cells[i]; ++end) {
      run += signs[static_cast<std::size_t>(cells[i])];
    }
    text += coloured(run, colours[static_cast<std::size_t>(cells[i])], colour);
    i = end;
  }
  return text;
}

// Commits that begin in each cell, as the height of a bar.
std::string commits_text(const FileReport& file, std::size_t count, bool blocks) {
  constexpr std::array<std::string_view, 9> bars{" ", "▁", "▂", "▃", "▄", "▅", "▆", "▇", "█"};
  constexpr std::array<std::string_view, 9> plain{" ", ".", ".", ":", ":", "|", "|", "#", "#"};
  const std::vector<std::uint64_t> commits = commits_by_part(file, count);
  const std::uint64_t most = std::ranges::max(commits);
  std::string text;
  for (const std::uint64_t number : commits) {
    const auto height = most == 0 ? 0 : (number * 8 + most - 1) / most;
    text += (blocks ? bars : plain)[static_cast<std::size_t>(height)];
  }
  return text;
}

std::string legend_of(const std::vector<Cell>& cells) {
  std::string text;
  const auto has = [&cells](Cell kind) { return std::ranges::find(cells, kind) != cells.end(); };
  if (has(Cell::damaged)) text += "  X damaged";
  if (has(Cell::uncertain)) text += "  ? suspicious";
  return text;
}

std::string file_map_text(const FileReport& file, const Drawing& drawing) {
  if (file.bytes == 0) return {};
  const std::size_t room = std::min(drawing.columns - margin, most_cells);
  const auto count = static_cast<std::size_t>(std::min<std::uint64_t>(room, file.bytes));
  const std::vector<Cell> cells = cells_of(file, count);
  std::string text = fmt::format("\n  {}, {} a column{}\n  |{}|\n", name_of(file.kind),
                                 size_text((file.bytes + count - 1) / count), legend_of(cells),
                                 cells_text(cells, drawing.colour));
  if (file.commit_map.stretches.empty()) return text;
  return text + "  |" + commits_text(file, count, drawing.blocks) + "|\n";
}

}  // namespace

Drawing drawing_of(const Context& context) {
  if (context.options.json || ::isatty(STDOUT_FILENO) == 0) return {};
  return {terminal_columns(STDOUT_FILENO).value_or(80), context.colour_out, locale_is_utf8()};
}

std::vector<std::uint64_t> commits_by_part(const FileReport& file, std::size_t parts) {
  std::vector<std::uint64_t> commits(parts);
  const CommitMap& map = file.commit_map;
  for (std::size_t i = 0; i < map.stretches.size(); ++i) {
    commits[part_at(i * map.stretch_bytes, file, parts)] += map.stretches[i].commits;
  }
  return commits;
}

std::string file_maps_text(std::span<const FileReport> files, const Drawing& drawing) {
  if (drawing.columns < fewest_cells + margin) return {};
  std::string text;
  bool has_commits = false;
  for (const FileReport& file : files) {
    text += file_map_text(file, drawing);
    has_commits = has_commits || !file.commit_map.stretches.empty();
  }
  return has_commits ? text + "   the lower line shows where commits begin\n" : text;
}

std::string file_maps_text(Context& context, const DatabaseFiles& database) {
  const Drawing drawing = drawing_of(context);
  if (drawing.columns == 0) return {};
  VerifyOptions options;
  options.forecast = false;
  options.should_stop = stop_requested;
  const auto report = verify(context.files, database, options);
  // What is wrong here is said where the same files are read for their own sake.
  return report ? file_maps_text(report->files, drawing) : std::string();
}

}  // namespace persist::app
