#include "cli/completion.hpp"

namespace persist::app {

CompletionModel completion_model() {
  CompletionModel model;
  for (const Command& command : command_table()) {
    GlobalOptions globals;
    Parser parser;
    declare_globals(parser, globals);
    const bool is_first = model.commands.empty();
    const Run unused = command.prepare(parser);
    CommandSpecs& specs = model.commands.emplace_back();
    specs.command = &command;
    for (const OptionSpec* spec : parser.specs()) {
      if (!spec->is_global) {
        specs.own.push_back(*spec);
      } else if (is_first) {
        model.globals.push_back(*spec);
      }
    }
  }
  return model;
}

}  // namespace persist::app
