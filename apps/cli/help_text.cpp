#include "cli/help_text.hpp"

#include <algorithm>
#include <iterator>
#include <nlohmann/json.hpp>
#include <sstream>

#include "output/fill.hpp"
#include "output/table.hpp"

namespace persist::app {
namespace {

constexpr std::size_t line_width = 80;

constexpr std::string_view exit_statuses =
    "Exit status: 0 success or clean; 1 a finding without loss of whole commits (a\n"
    "torn tail, a difference); 2 damage, or no such file; 3 repaired with losses;\n"
    "64 usage; 66 no input; 73 cannot create the output; 74 I/O error; 75 another\n"
    "process writes there; 129, 130, 143 interrupted.\n";

std::string_view title_of(CommandGroup group) {
  switch (group) {
    case CommandGroup::look:
      return "Look, changing nothing";
    case CommandGroup::rescue:
      return "Rescue";
    case CommandGroup::rewrite:
      return "Rewrite";
    case CommandGroup::measure:
      return "Measure";
    case CommandGroup::help:
      return "Help";
  }
  return "";
}

std::vector<std::string> words_of(const std::string& text) {
  std::istringstream words(text);
  return {std::istream_iterator<std::string>(words), {}};
}

std::string left_column(const OptionSpec& spec) {
  if (spec.is_positional) return "  " + spec.placeholder;
  // Long options line up whether or not a short one stands before them.
  std::string text = spec.names.front().starts_with("--") ? "      " : "  ";
  for (std::size_t i = 0; i < spec.names.size(); ++i) text += (i == 0 ? "" : ", ") + spec.names[i];
  if (spec.takes_value()) text += ' ' + spec.placeholder;
  return text;
}

std::string option_lines(const std::vector<const OptionSpec*>& specs) {
  constexpr std::size_t help_column = 28;
  std::string text;
  for (const OptionSpec* spec : specs) {
    std::string line = left_column(*spec);
    if (line.size() + 2 > help_column) {
      text += line + "\n";
      line.clear();
    }
    line.resize(help_column, ' ');
    text += filled(words_of(spec->help), line, line_width);
  }
  return text;
}

// "--to LINE"
std::string usage_of(const OptionSpec& spec) {
  return spec.names.back() + (spec.takes_value() ? " " + spec.placeholder : "");
}

// The options that cannot be left out: " --to LINE (--output DIR|--in-place)".
std::string required_options(const std::vector<const OptionSpec*>& specs) {
  std::string text;
  std::string alternatives;
  for (const OptionSpec* spec : specs) {
    if (spec->is_positional) continue;
    if (spec->is_required) text += " " + usage_of(*spec);
    if (spec->is_alternative) alternatives += (alternatives.empty() ? "" : "|") + usage_of(*spec);
  }
  return alternatives.empty() ? text : text + " (" + alternatives + ")";
}

std::vector<const OptionSpec*> select(const Parser& parser, bool globals) {
  std::vector<const OptionSpec*> result = parser.specs();
  std::erase_if(result, [globals](const OptionSpec* spec) { return spec->is_global != globals; });
  // What the command is about comes first.
  std::ranges::stable_partition(result, [](const OptionSpec* spec) { return spec->is_positional; });
  return result;
}

}  // namespace

std::string version_text() {
  return "persist " PERSIST_VERSION;
}

std::string usage_line(const Command& command, const Parser& parser) {
  std::string text = "persist " + std::string(command.name);
  const auto own = select(parser, false);
  if (std::ranges::any_of(own, [](const auto* spec) { return !spec->is_positional; })) {
    text += " [OPTIONS]" + required_options(own);
  }
  for (const OptionSpec* spec : own) {
    if (!spec->is_positional) continue;
    std::string name = spec->placeholder + (spec->is_repeatable ? "..." : "");
    text += spec->is_required ? " " + name : " [" + name + "]";
  }
  return text;
}

std::string program_help(const Parser& globals) {
  std::string text =
      version_text() +
      ": inspect, verify, repair and rewrite SurrealDB's in-memory files\n\n"
      "Usage: persist [GLOBAL OPTIONS] COMMAND [OPTIONS] [TARGET...]\n\n"
      "A TARGET is a database directory, a log file, a snapshot file, or - for standard\n"
      "input.\n";
  for (const CommandGroup group : {CommandGroup::look, CommandGroup::rescue, CommandGroup::rewrite,
                                   CommandGroup::measure, CommandGroup::help}) {
    Table table({Align::left, Align::left});
    for (const Command& command : command_table()) {
      if (command.group == group)
        table.add({std::string(command.name), std::string(command.summary)});
    }
    if (table.empty()) continue;
    text.append("\n").append(title_of(group)).append(":\n") += table.to_string("  ");
  }
  text += "\nGlobal options, before or after the command:\n" + option_lines(globals.specs());
  text.append("\n").append(exit_statuses);
  return text += "\n'persist COMMAND --help' shows a command's options.\n";
}

std::string command_help(const Command& command, const Parser& parser) {
  std::string text = "persist " + std::string(command.name) + ": " + std::string(command.summary) +
                     "\n\nUsage: " + usage_line(command, parser) + "\n";
  const auto own = select(parser, false);
  if (!own.empty()) text += "\n" + option_lines(own);
  text += "\nGlobal options:\n" + option_lines(select(parser, true));
  return text.append("\n").append(exit_statuses);
}

Json help_json(std::string_view command, const std::string& text) {
  Json object = json_report("help");
  object["command"] = command.empty() ? Json(nullptr) : Json(command);
  object["text"] = text;
  if (!command.empty()) return object;
  object["commands"] = Json::array();
  for (const Command& each : command_table()) {
    object["commands"].push_back({{"name", each.name}, {"summary", each.summary}});
  }
  return object;
}

Json version_json() {
  Json object = json_report("version");
  object["version"] = PERSIST_VERSION;
  return object;
}

}  // namespace persist::app
