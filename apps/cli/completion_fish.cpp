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

std::string arguments_of(const OptionSpec& spec) {
  if (!spec.choices.empty())
    return fmt::format(" -xa {}", quoted(fmt::format("{}", fmt::join(spec.choices, " "))));
  switch (spec.completes) {
    case Completes::file:
    case Completes::target:
      return " -rF";
    case Completes::directory:
      return " -xa '(__fish_complete_directories)'";
    case Completes::nothing:
      return " -x";
  }
  return {};
}

std::string option_line(const OptionSpec& spec, const std::string& condition) {
  std::string line = "complete -c persist" + condition;
  if (spec.is_positional) {
    if (spec.completes == Completes::target || spec.completes == Completes::file)
      return line + " -F\n";
    return line + arguments_of(spec) + "\n";
  }
  for (const std::string& name : spec.names) {
    line += name.starts_with("--") ? " -l " + name.substr(2) : " -s " + name.substr(1);
  }
  if (spec.takes_value()) line += arguments_of(spec);
  return line + " -d " + quoted(spec.help) + "\n";
}

// The command on the line: the first word that is no option and no option's value.
std::string command_function(const std::vector<OptionSpec>& globals) {
  std::string with_value;
  for (const OptionSpec& spec : globals) {
    if (spec.takes_value()) with_value += fmt::format(" {}", fmt::join(spec.names, " "));
  }
  return fmt::format(R"(function __persist_command_is
    set -l words (commandline -opc)
    set -e words[1]
    set -l is_value 0
    for word in $words
        if test $is_value = 1
            set is_value 0
            continue
        end
        switch $word
            case{}
                set is_value 1
            case '-*'
            case '*'
                test "$argv[1]" = "$word"
                return
        end
    end
    test -z "$argv[1]"
end
)",
                     with_value);
}

}  // namespace

std::string fish_completion(const CompletionModel& model) {
  std::string text =
      "# fish completion for persist; made by 'persist completion fish'\n"
      "complete -c persist -f\n";
  text += command_function(model.globals);
  for (const OptionSpec& spec : model.globals) text += option_line(spec, "");
  for (const CommandSpecs& specs : model.commands) {
    text += fmt::format("complete -c persist -n __persist_command_is -a {} -d {}\n",
                        specs.command->name, quoted(specs.command->summary));
    const std::string condition = fmt::format(" -n '__persist_command_is {}'", specs.command->name);
    for (const OptionSpec& spec : specs.own) text += option_line(spec, condition);
  }
  return text;
}

}  // namespace persist::app
