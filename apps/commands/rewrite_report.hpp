// What a rewrite of a database did, as text and as JSON.
#pragma once

#include <optional>
#include <persist/rewrite.hpp>
#include <string>

#include "commands/command.hpp"

namespace persist::app {

struct ReportTexts {
  std::string source;        // as typed
  std::string output;        // as typed; empty: the files were replaced where they are
  std::optional<bool> live;  // of a target that is only read
};
// Prints the report, as JSON or for people, and returns the exit status that it means.
[[nodiscard]] int print_rewrite(Context& context, const RewriteReport& report,
                                const ReportTexts& texts);
// The same as an object, for commands that add to it.
[[nodiscard]] Json rewrite_json(std::string_view command, const RewriteReport& report,
                                const ReportTexts& texts);

}  // namespace persist::app
