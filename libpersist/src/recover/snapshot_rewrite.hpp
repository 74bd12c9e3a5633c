// Writes the repaired snapshot: every entry that can be read, and in the gaps of a headed one what
// the log still has of their keys.
#pragma once

#include <persist/snapshot_writer.hpp>
#include <persist/state.hpp>

#include "recover/survey.hpp"

namespace persist::recover {

// What the log's commits at or below a headed, damaged snapshot's `covered` make of every key; none
// when there is nothing to fill. Memory: that of a State with these options.
[[nodiscard]] Result<std::optional<State>> load_filling(FileSystem& files, File* log,
                                                        const Survey& survey,
                                                        const RepairOptions& options);

// `filling` may be null. Returns the number of entries.
[[nodiscard]] Result<std::uint64_t> rewrite_snapshot(File& source, const Survey& survey,
                                                     const State* filling, Compression compression,
                                                     const RepairOptions& options,
                                                     const SnapshotWriter::Output& output);

}  // namespace persist::recover
