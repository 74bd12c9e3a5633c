// Puts new files in the place of a database's snapshot and log.
//
// Two renames cannot be one step, so for an instant one new file lies beside one old one, and a
// crash may leave it so. Whoever calls this has made sure that this pair loads to the same state,
// in the engine of the line too:
//   snapshot first  when the new snapshot holds all that the old pair means: the old log's commits
//                   are then in it (headed: at or below `covered`, skipped) or win and lose as
//                   before;
//   log first       when the old snapshot and the new log mean the same as the old pair.
#pragma once

#include <optional>
#include <persist/atomic_file.hpp>

#include "rewrite/sole_writer.hpp"

namespace persist::rewrite {

enum class SwapOrder { snapshot_first, log_first };

// What is absent stays as it is.
struct NewFiles {
  std::optional<AtomicFile> snapshot;
  std::optional<AtomicFile> log;

  // Keeps what was written under `<target>.rejected`, for a look at what went wrong; such a result
  // must not be swapped in. Returns the paths.
  [[nodiscard]] Result<std::vector<std::string>> set_aside(FileSystem& files);
};

// Puts them in a directory that is nobody's yet: the snapshot first, since a log without the state
// before it is another database. When the log cannot follow, the snapshot goes again. Error
// `exists` when either name is taken: what is there stays.
[[nodiscard]] Result<> put_in_place(FileSystem& files, NewFiles& fresh);

// Syncs both, then for each file: sole.check(), rename, sync of the directory. Error `busy` with
// nothing changed, or, after the first rename, with the pair in between, which is a sound database.
[[nodiscard]] Result<> swap_in(SoleWriter& sole, NewFiles& fresh, SwapOrder order);

}  // namespace persist::rewrite
