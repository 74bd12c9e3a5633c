// Input that can be read once: standard input, a pipe, <(a process).
#pragma once

#include <memory>
#include <string>

#include "commands/command.hpp"

namespace persist::app {

// Whether the path names something that is neither a regular file nor a directory.
[[nodiscard]] bool is_stream(const std::string& path);

// `name` ("-" for standard input, or a path for which is_stream holds) as a file that can be read
// twice and anywhere: itself when standard input is a regular file, else a nameless copy in the
// temporary directory. Errors: io, also for what is wrong with that directory; no_space;
// interrupted.
[[nodiscard]] Result<std::unique_ptr<File>> open_stream(Context& context, const std::string& name);

}  // namespace persist::app
