// `persist help [COMMAND]`: the manual page where it is installed, else the help.
#include <unistd.h>

#include <filesystem>

#include "cli/help_text.hpp"
#include "cli/nearest.hpp"
#include "commands/command.hpp"

namespace persist::app {
namespace {

struct HelpOptions {
  std::string command;
};

bool manual_is_installed(const std::string& page) {
  const std::string path = PERSIST_MAN_DIR "/man1/" + page + ".1";
  std::error_code ignored;
  return std::filesystem::exists(path, ignored) || std::filesystem::exists(path + ".gz", ignored);
}

// Replaces this process by man(1); returns when there is none.
void show_manual(const std::string& page) {
  if (::isatty(STDOUT_FILENO) == 0 || !manual_is_installed(page)) return;
  ::execlp("man", "man", page.c_str(), nullptr);
}

int run_help(const HelpOptions& options, Context& context) {
  GlobalOptions ignored;
  Parser parser;
  declare_globals(parser, ignored);
  if (options.command.empty()) {
    context.out.write(program_help(parser));
    return exit_success;
  }
  const Command* command = find_command(options.command);
  if (command == nullptr) {
    std::vector<std::string_view> known;
    for (const Command& each : command_table()) known.push_back(each.name);
    return fail_usage("help: unknown command '" + options.command + "'" +
                      did_you_mean(options.command, known));
  }
  show_manual("persist-" + options.command);
  const Run unused = command->prepare(parser);
  context.out.write(command_help(*command, parser));
  return exit_success;
}

}  // namespace

Run prepare_help(Parser& parser) {
  auto options = std::make_shared<HelpOptions>();
  parser.positional("COMMAND", options->command, "The command to explain").completes =
      Completes::command;
  return [options](Context& context) { return run_help(*options, context); };
}

}  // namespace persist::app
