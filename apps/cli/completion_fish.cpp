#include <fmt/format.h>
#include <fmt/ranges.h>

#include "cli/completion.hpp"

namespace persist::app {
namespace {

std::string quoted(std::string_view text) {
  std::string result = "'";
  for (const char c : text) {
    if (c == '\'' || c == '\\') result += '\\';
    result += c;
  }
  return result + "'";
}

std::string arguments_of(const OptionSpec& spec, const std::string& names) {
  if (!spec.choices.empty())
    return fmt::format(" -xa {}", quoted(fmt::format("{}", fmt::join(spec.choices, " "))));
  switch (spec.completes) {
    case Completes::file:
    case Completes::target:
      return " -rF";
    case Completes::directory:
      return " -xa '(__fish_complete_directories)'";
    case Completes::command:
      return " -xa " + quoted(names);
    case Completes::nothing:
      return " -x";
  }
  return {};
}

std::string option_line(const OptionSpec& spec, const std::string& condition,
                        const std::string& names) {
  std::string line = "complete -c persist" + condition;
  if (spec.is_positional) {
    if (spec.completes == Completes::target || spec.completes == Completes::file)
      return line + " -F\n";
    return line + arguments_of(spec, names) + "\n";
  }
  for (const std::string& name : spec.names) {
    line += name.starts_with("--") ? " -l " + name.substr(2) : " -s " + name.substr(1);
  }
  if (spec.takes_value()) line += arguments_of(spec, names);
  return line + " -d " + quoted(spec.help) + "\n";
}

}  // namespace

std::string fish_completion(const CompletionModel& model) {
  std::string names;
  for (const CommandSpecs& specs : model.commands) {
    names += (names.empty() ? "" : " ") + std::string(specs.command->name);
  }
  std::string text =
      "# fish completion for persist; made by 'persist completion fish'\n"
      "complete -c persist -f\n";
  for (const OptionSpec& spec : model.globals) text += option_line(spec, "", names);
  for (const CommandSpecs& specs : model.commands) {
    text += fmt::format("complete -c persist -n __fish_use_subcommand -a {} -d {}\n",
                        specs.command->name, quoted(specs.command->summary));
    const std::string condition =
        fmt::format(" -n '__fish_seen_subcommand_from {}'", specs.command->name);
    for (const OptionSpec& spec : specs.own) text += option_line(spec, condition, names);
  }
  return text;
}

}  // namespace persist::app
