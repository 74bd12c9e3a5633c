// The same database in the files of another engine release (formats/README.md, "Release lines").
#pragma once

#include <persist/rewrite.hpp>

namespace persist {

// All history is kept: what the target's snapshot cannot hold, since only line 0.18 keeps several
// versions of a key in it, goes into the log as commits in version order.
struct ConvertOptions : RewriteOptions {
  ReleaseLine to = ReleaseLine::v1_1;
  // Nanoseconds since 1970. Line 0.18 does not show versions above it: they are then renumbered, as
  // are all versions when the target would refuse the greatest.
  std::uint64_t now_ns = 0;
};

// Writes it to `output`, whose directory must be empty or missing. Errors: exists; damaged, with
// nothing written, for anything that `repair` would mend but a torn tail, which is left out; limit
// for a commit that no frame can hold; mismatch; no_space; permission; io; interrupted; not_found.
[[nodiscard]] Result<RewriteReport> convert(FileSystem& files, const SourceFiles& source,
                                            const DatabaseFiles& output,
                                            const ConvertOptions& options);

// The text of report.json beside the originals.
using ConversionReportWriter = std::function<std::string(const RewriteReport&)>;

// Replaces the files of the database, under its lock, in an order in which every crash leaves a
// directory that loads to the same state. The old ones are kept as `repair` keeps them
// (repair.hpp), and undo_repair() puts them back. Errors: those of convert, but for `exists`; busy;
// unsupported when the versions have to change, for which there is no such order.
[[nodiscard]] Result<RewriteReport> convert_in_place(FileSystem& files,
                                                     const DatabaseFiles& database,
                                                     const ConvertOptions& options,
                                                     const ConversionReportWriter& report);

}  // namespace persist
