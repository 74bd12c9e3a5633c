// Which files make up a database, and what else lies beside them (formats/README.md, "Directory").
#pragma once

#include <string>
#include <vector>

#include <persist/file_system.hpp>

namespace persist {

inline constexpr std::string_view default_log_name = "aol.bin";
inline constexpr std::string_view default_snapshot_name = "snapshot.bin";

// Overrides mean what the engine's options mean: relative to the directory, or absolute.
struct PathOptions {
  std::string log_path;       // empty: aol.bin
  std::string snapshot_path;  // empty: snapshot.bin
};

struct DatabaseFiles {
  std::string directory;
  std::string log;       // paths as composed, links not followed
  std::string snapshot;
};
[[nodiscard]] DatabaseFiles database_files(const std::string& directory, const PathOptions& options);
// Those of a copy in another directory. A path that is absolute, or leaves the directory by `..`,
// belongs to the database that is copied, and may name its own file from the copy, too; the copy's
// file has the usual name.
[[nodiscard]] DatabaseFiles database_files_of_copy(const std::string& directory,
                                                   const PathOptions& options);
// Error not_found, for where neither file is there.
[[nodiscard]] Error no_database(const DatabaseFiles& database);

// What an interrupted write may have left, and what this project keeps of what it cuts.
enum class LeftoverKind {
  snapshot_temporary,   // a snapshot that was never finished: the log had everything in it
  log_temporary,        // a rewritten log that never replaced the old one
  truncation_tail,      // up to 0.27, in $TMPDIR: may be the only copy of the log's end
  torn_tail,            // what Database::open cut off the log's end, `<log>.torn-<offset>-<length>`
  repair_originals,     // a repair-<time> directory of this project
};
struct Leftover {
  std::string path;
  LeftoverKind kind;
  std::uint64_t size_bytes = 0;
  // `<name>.<pid>_<n>.<suffix>`: what 1.0 and 1.1 and this project write beside a file and remove
  // again; else a name of older releases, whose leftovers are nobody's to remove.
  bool is_numbered = false;
  // A log, whose commits may be nowhere else. An unfinished copy of a torn tail is none: its log still
  // has that tail.
  bool is_log = false;
};
// Looks beside both files and, when `temp_dir` is not empty, for truncation tails there.
[[nodiscard]] Result<std::vector<Leftover>> find_leftovers(FileSystem& files,
                                                           const DatabaseFiles& database,
                                                           const std::string& temp_dir);

}  // namespace persist
