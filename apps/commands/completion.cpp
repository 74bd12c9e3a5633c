// `persist completion SHELL`: a script that completes commands, options and their values.
#include "cli/completion.hpp"

#include <algorithm>
#include <nlohmann/json.hpp>

namespace persist::app {
namespace {

enum class Shell { bash, zsh, fish };

struct CompletionOptions {
  Shell shell = Shell::bash;
};

const Parser::Choices<Shell> shells{
    {"bash", Shell::bash}, {"zsh", Shell::zsh}, {"fish", Shell::fish}};

std::string script_for(Shell shell) {
  const CompletionModel model = completion_model();
  switch (shell) {
    case Shell::bash:
      return bash_completion(model);
    case Shell::zsh:
      return zsh_completion(model);
    case Shell::fish:
      return fish_completion(model);
  }
  return {};
}

int run_completion(const CompletionOptions& options, Context& context) {
  const std::string script = script_for(options.shell);
  if (!context.options.json) {
    context.out.write(script);
    return exit_success;
  }
  const auto named =
      std::ranges::find(shells, options.shell, [](const auto& choice) { return choice.second; });
  Json object = json_report("completion");
  object["shell"] = named->first;
  object["script"] = script;
  print_json(context.out, object);
  return exit_success;
}

}  // namespace

Run prepare_completion(Parser& parser) {
  auto options = std::make_shared<CompletionOptions>();
  parser.positional_choice("SHELL", options->shell, shells, "bash, zsh or fish").is_required = true;
  return [options](Context& context) { return run_completion(*options, context); };
}

}  // namespace persist::app
