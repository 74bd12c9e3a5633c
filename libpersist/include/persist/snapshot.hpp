// A fresh snapshot of the whole state, as the engine's own.
#pragma once

#include <persist/rewrite.hpp>

namespace persist {

// Replaces the snapshot by a fresh one, headed on line 1.1, with all history on line 0.18, and cuts
// the log that it covers down to nothing (framed formats: their header). Order, proof and errors as
// compact (compact.hpp).
[[nodiscard]] Result<RewriteReport> take_snapshot(FileSystem& files, const DatabaseFiles& database,
                                                  const RewriteOptions& options);

// Writes such a snapshot to `output`, of the state at version `at` or of the newest, and leaves the
// database alone. Errors: exists when `output` is there; unsupported when `at` lies before what the
// files still hold; invalid_argument when it is an instant and the database counts; those of compact.
[[nodiscard]] Result<RewriteReport> write_snapshot(FileSystem& files, const SourceFiles& source,
                                                   const std::string& output,
                                                   std::optional<PointInTime> at,
                                                   const RewriteOptions& options);

}  // namespace persist
