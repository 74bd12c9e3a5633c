// --output FILE of a command that reads a target and makes one file of it, and its --dry-run.
#pragma once

#include "commands/target.hpp"

namespace persist::app {

struct OutputFile {
  std::string path;      // empty: none was asked for
  bool dry_run = false;  // say what would be written
};

void declare_dry_run(Parser& parser, OutputFile& into);

// For dry runs. Whether the directory is there that `output` would be made in, and may be written
// to. Errors: not_found; permission.
[[nodiscard]] Result<> check_directory_of(Context& context, const std::string& output);

// file_stream() for it; of a dry run one that counts, after a look at whether the file can be made.
[[nodiscard]] Result<std::unique_ptr<OutputStream>> open_output(Context& context,
                                                                const OutputFile& output);

// The `output`, `written` and, of a dry run, `reason` of a JSON report.
void set_output(Json& json, const OutputFile& output);

// What a dry run says for people.
[[nodiscard]] std::string dry_run_line(const OutputFile& output, std::uint64_t bytes);

}  // namespace persist::app
