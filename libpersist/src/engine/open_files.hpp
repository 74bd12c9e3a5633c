// From what lies in a directory to a filled store and a log that can be appended to.
#pragma once

#include <memory>
#include <optional>
#include <persist/options.hpp>
#include <string>

#include "engine/change_log.hpp"
#include "engine/log_file.hpp"
#include "engine/ordered_store.hpp"
#include "engine/sole_use.hpp"

namespace persist::engine {

struct OpenedFiles {
  DatabaseFiles paths;
  std::unique_ptr<SoleUse> sole_use;
  std::optional<LogFile::Opened> log;  // none with AolMode::never
  bool log_lies_unused = false;        // with AolMode::never: there is one, and it holds commits
  Version newest = 0;                  // of all versions seen: the clock
  Version oldest_readable = 0;         // how far back the store can look
  bool has_snapshot = false;           // and the log adds nothing to it
  std::optional<FileInfo> snapshot;    // as it was read; none: there was none
};

// Takes the files for itself, reads both files into the store, and makes the log ready: see
// Database::open for what is written and which errors there are. On an error nothing is locked, and
// a file that was there before is changed only by the cut of a torn tail.
[[nodiscard]] Result<OpenedFiles> open_files(FileSystem& files, const std::string& directory,
                                             const Options& options, OrderedStore& store,
                                             ChangeLog& changes);

}  // namespace persist::engine
