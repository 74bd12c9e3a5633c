// What the commands that write a database anew have in common: their options, and the run.
#pragma once

#include <persist/rewrite.hpp>

#include "cli/values.hpp"
#include "commands/rewrite_report.hpp"
#include "commands/target.hpp"

namespace persist::app {

struct WriteOptions {
  Compression compression = Compression::lz4;
  int level = 0;
  bool dry_run = false;
  bool trust_snapshot = false;
};
// --compress and --level, for commands that let one choose.
void declare_compression(Parser& parser, WriteOptions& into);
// For who replaces what was read.
void declare_trust_snapshot(Parser& parser, WriteOptions& into);
void declare_dry_run(Parser& parser, WriteOptions& into);
// The positional DIR.
void declare_directory(Parser& parser, std::string& into);
// --output DIR.
OptionSpec& declare_output_directory(Parser& parser, std::string& into);
// --to LINE.
OptionSpec& declare_line(Parser& parser, ReleaseLine& into, std::string_view help);

// Everything in RewriteOptions that every command sets alike.
void set_options(RewriteOptions& options, const WriteOptions& written, Context& context);

// The files of a new database in `output`, where --aol-path and --snapshot-path say. For a copy
// these name the files that are read as well, and absolute paths only those. Errors: exists.
enum class Copies { nothing, a_database };
[[nodiscard]] Result<DatabaseFiles> new_database_files(Context& context, const std::string& output,
                                                       Copies copies);

// Prints the report of what was written to `texts.output`, or in a dry run would be: that such
// files can be made there is looked at then. Returns the exit status.
[[nodiscard]] int finish_rewrite(Context& context, const RewriteReport& report,
                                 const ReportTexts& texts);

// Replaces the files of the database in `directory`, with progress, and prints the report. Returns
// the exit status.
using DirectoryRewrite = std::function<Result<RewriteReport>(const DatabaseFiles&)>;
[[nodiscard]] int rewrite_directory(Context& context, const std::string& directory,
                                    RewriteOptions& options, const DirectoryRewrite& rewrite);

// The same for a target that is only read; again when a live log was cut meanwhile. `output`: where
// the result goes, as typed.
using TargetRewrite = std::function<Result<RewriteReport>(const SourceFiles&)>;
[[nodiscard]] int rewrite_target(Context& context, const std::string& target,
                                 const std::string& output, RewriteOptions& options,
                                 const TargetRewrite& rewrite);

}  // namespace persist::app
