// How the versions of all keys are spread over a new snapshot and a new log.
//
// The snapshot holds what is at or below the cut, the log what is above it, as commits in version
// order, which every release replays alike. Only snapshots of line 0.18 hold several versions of a
// key or a delete; for the other lines the cut is lowered until nothing below it was overwritten or
// deleted, so that the log takes what the snapshot cannot hold and no history is lost.
#pragma once

#include <functional>
#include <persist/log_builder.hpp>
#include <persist/rewrite.hpp>
#include <persist/snapshot_writer.hpp>

#include "rewrite/digest.hpp"

namespace persist::rewrite {

// Visits keys ascending; may be called again.
using KeySource = std::function<Result<>(const State::Visitor&)>;
[[nodiscard]] KeySource all_keys(const State& state);
// Without the versions that had been overwritten, and the deletes that had been done, by
// `keep_from`.
[[nodiscard]] KeySource keys_since(KeySource keys, Version keep_from);
// Only the newest version of each live key.
[[nodiscard]] KeySource newest_only(KeySource keys);
// The same keys, whose digest is in `digest` after each whole visit; it has to outlive the source.
[[nodiscard]] KeySource digested(KeySource keys, DigestBuilder& digest);

struct Layout {
  ReleaseLine line = ReleaseLine::v1_1;
  bool has_snapshot = true;  // else everything goes into the log
  Version cut = 0;           // the snapshot holds what is at or below it
  Version clock = 0;         // the next version must be above it
  // A key that the commit at `clock` deleted, when that is known.
  std::optional<std::string> deleted_key;
  // The versions are replaced by 1, 2, 3 ... in their order; without a snapshot only.
  bool renumber = false;
};

struct Survey {
  Digest digest;
  Version loss_free_cut = 0;  // the greatest cut at which a snapshot without history loses nothing
  std::uint64_t most_bytes = 0;  // no layout takes more in both files together
};
[[nodiscard]] Result<Survey> survey(const KeySource& keys);
// As Survey's, from what is known without looking at the keys; overwritten versions count.
[[nodiscard]] std::uint64_t most_bytes_of(const StateSummary& summary) noexcept;

// Whether an engine of `line` would refuse, or not show, versions up to `clock` or the next
// commit's. `now_ns`: since 1970; line 0.18 does not show what is in its future.
[[nodiscard]] bool must_renumber(ReleaseLine line, Version clock, Version now_ns) noexcept;

// The layout that loses nothing and changes least: what the source's snapshot holds, up to version
// `boundary`, stays in a snapshot as far as one of the line can hold it.
[[nodiscard]] Layout spread(ReleaseLine line, const Survey& surveyed, Version boundary,
                            Version clock);
// All there is, without its past: the snapshot has everything, the log no commit that it does not
// need for its clock.
[[nodiscard]] Layout whole_snapshot_layout(ReleaseLine line, Version clock,
                                           std::optional<std::string> deleted_at_clock);
// Everything into the log, under new versions.
void renumber(Layout& layout) noexcept;

struct Outputs {
  SnapshotWriter::Output snapshot;
  LogBuilder::Output log;
};

struct Written {
  FileSizes sizes;
  std::uint64_t snapshot_entries = 0;
  std::uint64_t commits = 0;
  std::uint64_t versions_left_out = 0;
  Version clock = 0;
  // The log has a delete of this key, which is not there, for the sake of its version: a release
  // without snapshot headers takes its clock from the versions it meets.
  std::optional<std::string> clock_key;
};

// A database without a log goes on without one, unless the clock needs it.
[[nodiscard]] bool goes_without_log(bool has_log, const Written& written) noexcept;

// Writes both files. Errors: those of the outputs and of temporary data; limit for a commit that no
// frame can hold; unsupported for an uncompressed snapshot that would look like LZ4.
[[nodiscard]] Result<Written> write_layout(FileSystem& files, const KeySource& keys,
                                           const Layout& layout, const RewriteOptions& options,
                                           std::uint64_t max_memory_bytes, const Outputs& outputs);

// The same into nowhere: for the sizes.
[[nodiscard]] Result<Written> measure_layout(FileSystem& files, const KeySource& keys,
                                             const Layout& layout, const RewriteOptions& options,
                                             std::uint64_t max_memory_bytes);

}  // namespace persist::rewrite
