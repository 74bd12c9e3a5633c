// What the commands that write a database anew have in common: options, errors, reports.
#pragma once

#include <persist/rewrite.hpp>

#include "cli/values.hpp"
#include "commands/target.hpp"

namespace persist::app {

struct WriteOptions {
  Compression compression = Compression::lz4;
  int level = 0;
  bool dry_run = false;
};
// --compress and --level, for commands that let one choose.
void declare_compression(Parser& parser, WriteOptions& into);
void declare_dry_run(Parser& parser, WriteOptions& into);
// The positional DIR.
void declare_directory(Parser& parser, std::string& into);
// --output DIR.
OptionSpec& declare_output_directory(Parser& parser, std::string& into);
// --to LINE.
OptionSpec& declare_line(Parser& parser, ReleaseLine& into, std::string_view help);

// Everything in RewriteOptions that every command sets alike.
void set_options(RewriteOptions& options, const WriteOptions& written, Context& context);

[[nodiscard]] std::optional<PointInTime> point_of(const std::optional<Instant>& instant);

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
