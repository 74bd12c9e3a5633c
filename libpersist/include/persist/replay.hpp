// Plays snapshot and log up to a point, or one database's log on top of another.
#pragma once

#include <persist/rewrite.hpp>

namespace persist {

struct ReplayOptions : RewriteOptions {
  std::optional<PointInTime> until;  // commits above it are left out
  std::optional<std::uint64_t>
      until_offset;           // only commits that lie whole before this byte of the log
  std::vector<Version> skip;  // commits that are left out
};

// Writes the database as it was then to `output`, in the files of the line it is of, history
// included. The directory must be empty or missing. Errors: exists; unsupported when `until` lies
// before what the files still hold; invalid_argument for a `skip` that is no commit of the log, or
// is in the snapshot, too; those of convert.
[[nodiscard]] Result<RewriteReport> replay(FileSystem& files, const SourceFiles& source,
                                           const DatabaseFiles& output,
                                           const ReplayOptions& options);

// Appends the commits of the source's log, in version order, to the database at `onto`, under its
// lock and with versions above its clock: counters go on by one; of line 0.18, whose versions are
// times, each keeps its own unless it is too low. What a snapshot of the source holds is no commit
// and is not applied. Errors: busy; damaged (either one); mismatch; those of convert.
[[nodiscard]] Result<RewriteReport> apply_log(FileSystem& files, const SourceFiles& source,
                                              const DatabaseFiles& onto,
                                              const ReplayOptions& options);

}  // namespace persist
