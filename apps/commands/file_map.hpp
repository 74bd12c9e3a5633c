// A file drawn on one line of a terminal: where damage lies, and where commits begin.
#pragma once

#include <persist/verify.hpp>
#include <string>
#include <vector>

#include "commands/command.hpp"

namespace persist::app {

struct Drawing {
  std::size_t columns = 0;  // of the terminal; 0: there is none, and nothing is drawn
  bool colour = false;
  bool blocks = false;  // the terminal shows U+2581 to U+2588
};

// What standard output is: no terminal, nothing to draw on.
[[nodiscard]] Drawing drawing_of(const Context& context);

// How many commits begin in each of so many equal parts of a file that is not empty.
[[nodiscard]] std::vector<std::uint64_t> commits_by_part(const FileReport& file, std::size_t parts);

// The strips of all files with findings or commits, each with its scale; empty when nothing is
// drawn.
[[nodiscard]] std::string file_maps_text(std::span<const FileReport> files, const Drawing& drawing);

// The same for files that were not verified yet: one more pass over them, for the drawing alone.
[[nodiscard]] std::string file_maps_text(Context& context, const DatabaseFiles& database);

}  // namespace persist::app
