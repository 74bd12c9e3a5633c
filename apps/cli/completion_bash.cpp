#include <fmt/format.h>
#include <fmt/ranges.h>

#include "cli/completion.hpp"

namespace persist::app {
namespace {

// What to offer for a value or a positional, as bash commands.
std::string offer(const OptionSpec& spec) {
  if (!spec.choices.empty()) {
    return fmt::format("COMPREPLY=($(compgen -W '{}' -- \"$cur\"))", fmt::join(spec.choices, " "));
  }
  switch (spec.completes) {
    case Completes::file:
    case Completes::target:
      return "compopt -o filenames; COMPREPLY=($(compgen -f -- \"$cur\"))";
    case Completes::directory:
      return "compopt -o filenames; COMPREPLY=($(compgen -d -- \"$cur\"))";
    case Completes::nothing:
      return ":";
  }
  return ":";
}

std::string value_cases(std::string_view command, const std::vector<OptionSpec>& specs) {
  std::string text;
  for (const OptionSpec& spec : specs) {
    if (spec.is_positional || !spec.takes_value()) continue;
    std::string patterns;
    for (const std::string& name : spec.names) {
      patterns += fmt::format("{}{}:{}", patterns.empty() ? "" : "|", command, name);
    }
    text += fmt::format("        {}) {}; return ;;\n", patterns, offer(spec));
  }
  return text;
}

std::string option_names(const std::vector<OptionSpec>& specs) {
  std::string text;
  for (const OptionSpec& spec : specs) {
    if (!spec.is_positional) text += fmt::format("{} ", fmt::join(spec.names, " "));
  }
  return text;
}

std::string global_names_with_value(const std::vector<OptionSpec>& specs) {
  std::vector<std::string> names;
  for (const OptionSpec& spec : specs) {
    if (spec.takes_value()) names.insert(names.end(), spec.names.begin(), spec.names.end());
  }
  return fmt::format("{}", fmt::join(names, "|"));
}

std::string positional_offer(const CommandSpecs& specs) {
  for (const OptionSpec& spec : specs.own) {
    if (spec.is_positional) return offer(spec);
  }
  return ":";
}

}  // namespace

std::string bash_completion(const CompletionModel& model) {
  std::string names;
  for (const CommandSpecs& specs : model.commands) names += std::string(specs.command->name) + " ";
  std::string text = fmt::format(R"(# bash completion for persist; made by 'persist completion bash'
_persist() {{
    local cur=${{COMP_WORDS[COMP_CWORD]}} prev=${{COMP_WORDS[COMP_CWORD - 1]}} command= i
    COMPREPLY=()
    [[ $prev == = ]] && prev=${{COMP_WORDS[COMP_CWORD - 2]}}
    [[ $cur == = ]] && cur=
    for ((i = 1; i < COMP_CWORD; i++)); do
        case ${{COMP_WORDS[i]}} in
            {}) [[ ${{COMP_WORDS[i + 1]}} == = ]] && ((i++)); ((i++)) ;;
            -?*|=) ;;
            *) command=${{COMP_WORDS[i]}}; break ;;
        esac
    done
    case $command:$prev in
)",
                                 global_names_with_value(model.globals));
  text += value_cases("*", model.globals);
  for (const CommandSpecs& specs : model.commands) {
    text += value_cases(specs.command->name, specs.own);
  }
  text += "    esac\n    case $command:$cur in\n";
  for (const CommandSpecs& specs : model.commands) {
    text += fmt::format("        {}:-?*) COMPREPLY=($(compgen -W '{}{}' -- \"$cur\")) ;;\n",
                        specs.command->name, option_names(specs.own), option_names(model.globals));
    text +=
        fmt::format("        {}:*) {} ;;\n", specs.command->name, positional_offer(specs));
  }
  text += fmt::format("        :-*) COMPREPLY=($(compgen -W '{}' -- \"$cur\")) ;;\n",
                      option_names(model.globals));
  text += fmt::format("        :*) COMPREPLY=($(compgen -W '{}' -- \"$cur\")) ;;\n", names);
  return text + "    esac\n}\ncomplete -F _persist persist\n";
}

}  // namespace persist::app
