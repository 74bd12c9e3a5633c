// The smallest equal database: one snapshot with the newest version of each live key, and an empty
// log.
#pragma once

#include <persist/rewrite.hpp>

namespace persist {

struct CompactOptions : RewriteOptions {
  // Nothing is replaced when less would be freed. 0: whatever is not smaller is not put in place.
  double min_gain_percent = 0;
  // Line 0.18 only, whose versions are times: what was overwritten or deleted since then stays.
  std::optional<std::uint64_t> keep_history_ns;
  std::uint64_t now_ns = 0;  // since 1970; what keep_history_ns counts back from
  // Leaves the snapshot alone: only what a newer record or the snapshot overrides goes from the
  // log.
  bool log_only = false;
};

// Takes the directory's lock; the files are replaced in an order in which every crash leaves a
// directory that loads to the same state, in the engine of its line too. A log that is not in
// version order, on a line whose engine minds that, is put in order first, in a step of its own.
// Errors: busy when another process writes there, or did while this ran; damaged, with nothing
// changed, for anything that `repair` would mend but a torn tail (Unwritten::torn_tail);
// unsupported for keep_history_ns where versions are no times; mismatch when the result does not
// read back as the old state, with the result kept aside; no_space; permission; io; interrupted;
// not_found.
[[nodiscard]] Result<RewriteReport> compact(FileSystem& files, const DatabaseFiles& database,
                                            const CompactOptions& options);

}  // namespace persist
