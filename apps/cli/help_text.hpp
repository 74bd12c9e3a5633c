// Help made from the command table and from what a command declares.
#pragma once

#include <string>

#include "commands/command.hpp"
#include "output/json.hpp"

namespace persist::app {

// "persist 0.1.0"
[[nodiscard]] std::string version_text();
// The list of commands and the global options.
[[nodiscard]] std::string program_help(const Parser& globals);
// Usage, options and exit statuses of one command, whose options `parser` has declared.
[[nodiscard]] std::string command_help(const Command& command, const Parser& parser);
// What --json makes of a help or a page: of `command`, or of the program where that is empty.
[[nodiscard]] Json help_json(std::string_view command, const std::string& text);
[[nodiscard]] Json version_json();
// "persist dump [OPTIONS] TARGET"
[[nodiscard]] std::string usage_line(const Command& command, const Parser& parser);

}  // namespace persist::app
