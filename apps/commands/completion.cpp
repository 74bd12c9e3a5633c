// `persist completion SHELL`: a script that completes commands, options and their values.
#include "cli/completion.hpp"

namespace persist::app {
namespace {

enum class Shell { bash, zsh, fish };

struct CompletionOptions {
  Shell shell = Shell::bash;
};

int run_completion(const CompletionOptions& options, Context& context) {
  const CompletionModel model = completion_model();
  switch (options.shell) {
    case Shell::bash:
      context.out.write(bash_completion(model));
      break;
    case Shell::zsh:
      context.out.write(zsh_completion(model));
      break;
    case Shell::fish:
      context.out.write(fish_completion(model));
      break;
  }
  return exit_success;
}

}  // namespace

Run prepare_completion(Parser& parser) {
  auto options = std::make_shared<CompletionOptions>();
  parser
      .positional_choice(
          "SHELL", options->shell,
          Parser::Choices<Shell>{{"bash", Shell::bash}, {"zsh", Shell::zsh}, {"fish", Shell::fish}},
          "bash, zsh or fish")
      .is_required = true;
  return [options](Context& context) { return run_completion(*options, context); };
}

}  // namespace persist::app
