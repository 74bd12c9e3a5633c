#include <fmt/format.h>
#include <fmt/ranges.h>

#include "cli/completion.hpp"

namespace persist::app {
namespace {

// For a text between single quotes inside an _arguments specification.
std::string escaped(std::string_view text) {
  std::string result;
  for (const char c : text) {
    if (c == '\'') {
      result += "'\\''";
    } else {
      if (c == '[' || c == ']' || c == ':' || c == '\\') result += '\\';
      result += c;
    }
  }
  return result;
}

std::string action(const OptionSpec& spec) {
  if (!spec.choices.empty()) return fmt::format("({})", fmt::join(spec.choices, " "));
  switch (spec.completes) {
    case Completes::file:
    case Completes::target:
      return "_files";
    case Completes::directory:
      return "_files -/";
    case Completes::nothing:
      return " ";
  }
  return " ";
}

// One line for each name of the option.
std::string specification(const OptionSpec& spec) {
  const std::string value =
      spec.takes_value() ? fmt::format(":{}:{}", escaped(spec.placeholder), action(spec)) : "";
  if (spec.is_positional) {
    return fmt::format("        '{}{}' \\\n", spec.is_repeatable ? "*" : "", value);
  }
  std::string text;
  for (const std::string& name : spec.names) {
    const std::string exclusive =
        spec.is_repeatable ? "*" : fmt::format("({})", fmt::join(spec.names, " "));
    const std::string form = !spec.takes_value()      ? name
                             : name.starts_with("--") ? name + "="
                                                      : name + "+";
    text += fmt::format("        '{}{}[{}]{}' \\\n", exclusive, form, escaped(spec.help), value);
  }
  return text;
}

std::string specifications(const std::vector<OptionSpec>& specs) {
  std::string text;
  for (const OptionSpec& spec : specs) text += specification(spec);
  return text;
}

}  // namespace

std::string zsh_completion(const CompletionModel& model) {
  std::string text =
      "#compdef persist\n# made by 'persist completion zsh'\n_persist_commands() {\n"
      "    local -a commands=(\n";
  for (const CommandSpecs& specs : model.commands) {
    text += fmt::format("        '{}:{}'\n", specs.command->name, escaped(specs.command->summary));
  }
  text +=
      "    )\n    _describe command commands\n}\n_persist() {\n    local state\n    local -a line "
      "words_before\n";
  text += "    _arguments -C -s \\\n" + specifications(model.globals);
  text += "        '1:command:_persist_commands' '*::argument:->argument'\n";
  text += "    [[ $state == argument ]] || return\n    case $line[1] in\n";
  for (const CommandSpecs& specs : model.commands) {
    text += fmt::format("    {}) _arguments -s \\\n{}{}        ;;\n", specs.command->name,
                        specifications(specs.own), specifications(model.globals));
  }
  text += "    esac\n}\n";
  // Sourced, it registers itself; found in $fpath, it is the function's body.
  return text +
         "if [[ $funcstack[1] == _persist ]]; then _persist \"$@\"; else compdef _persist persist; "
         "fi\n";
}

}  // namespace persist::app
