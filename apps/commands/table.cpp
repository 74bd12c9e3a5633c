#include <array>

#include "commands/command.hpp"

namespace persist::app {

// Each is the first step of the command of its name, in the file of its name.
Run prepare_bench(Parser& parser);
Run prepare_compact(Parser& parser);
Run prepare_completion(Parser& parser);
Run prepare_convert(Parser& parser);
Run prepare_diff(Parser& parser);
Run prepare_dump(Parser& parser);
Run prepare_help(Parser& parser);
Run prepare_import(Parser& parser);
Run prepare_info(Parser& parser);
Run prepare_load(Parser& parser);
Run prepare_log(Parser& parser);
Run prepare_repair(Parser& parser);
Run prepare_replay(Parser& parser);
Run prepare_report(Parser& parser);
Run prepare_snapshot(Parser& parser);
Run prepare_verify(Parser& parser);

namespace {

// In the order of the help.
constexpr std::array commands{
    Command{"info", "say what this is, at a glance", CommandGroup::look, prepare_info},
    Command{"verify", "read every byte and say what is wrong", CommandGroup::look, prepare_verify},
    Command{"load", "rebuild the database in memory, as the engine does", CommandGroup::look,
            prepare_load},
    Command{"log", "list the transactions in a log", CommandGroup::look, prepare_log},
    Command{"dump", "print the state as rows, keys ascending", CommandGroup::look, prepare_dump},
    Command{"repair", "bring back what a damaged database still has", CommandGroup::rescue,
            prepare_repair},
    Command{"diff", "list the keys in which two databases differ", CommandGroup::look,
            prepare_diff},
    Command{"import", "make a database from what dump wrote", CommandGroup::rewrite,
            prepare_import},
    Command{"replay", "play snapshot and log into a new database up to a point",
            CommandGroup::rewrite, prepare_replay},
    Command{"snapshot", "write a fresh snapshot and cut the log", CommandGroup::rewrite,
            prepare_snapshot},
    Command{"compact", "make the smallest equal directory", CommandGroup::rewrite, prepare_compact},
    Command{"convert", "write the files of another engine release", CommandGroup::rewrite,
            prepare_convert},
    Command{"report", "write one page for people, as HTML", CommandGroup::look, prepare_report},
    Command{"bench", "measure an operation beside the hardware", CommandGroup::measure,
            prepare_bench},
    Command{"completion", "print a completion script for a shell", CommandGroup::help,
            prepare_completion},
    Command{"help", "show the manual page of a command", CommandGroup::help, prepare_help},
};

}  // namespace

std::span<const Command> command_table() noexcept {
  return commands;
}

const Command* find_command(std::string_view name) noexcept {
  for (const Command& command : commands) {
    if (command.name == name) return &command;
  }
  return nullptr;
}

}  // namespace persist::app
