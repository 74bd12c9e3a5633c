// Completion scripts, made from the command table and from what each command declares.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "commands/command.hpp"

namespace persist::app {

struct CommandSpecs {
  const Command* command = nullptr;
  std::vector<OptionSpec> own;  // without the global ones
};

// Everything that a script needs to know.
struct CompletionModel {
  std::vector<OptionSpec> globals;
  std::vector<CommandSpecs> commands;
};
[[nodiscard]] CompletionModel completion_model();

[[nodiscard]] std::string bash_completion(const CompletionModel& model);
[[nodiscard]] std::string zsh_completion(const CompletionModel& model);
[[nodiscard]] std::string fish_completion(const CompletionModel& model);

}  // namespace persist::app
