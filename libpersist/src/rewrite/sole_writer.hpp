// Being the only one who writes to a database, as far as that can be known: the real engine takes
// no lock, so an open log and files that change are the only traces of it.
#pragma once

#include <memory>
#include <optional>
#include <persist/atomic_file.hpp>
#include <persist/database_files.hpp>
#include <persist/file_system.hpp>
#include <persist/rewrite.hpp>

#include "rewrite/kept_files.hpp"

namespace persist::rewrite {

class SoleWriter {
 public:
  // Locks the directory, looks for other writers and remembers both files as they are now. Errors:
  // busy; not_found when the directory is missing; invalid_argument when both are one file; io;
  // permission.
  [[nodiscard]] static Result<SoleWriter> take(FileSystem& files, const DatabaseFiles& database);

  // Whether it is still so: nobody writes, and neither file was touched since take(). To be asked
  // right before each rename. Error `busy` otherwise.
  [[nodiscard]] Result<> check() const;
  // After a rename of one's own: remembers the files as they are now.
  [[nodiscard]] Result<> accept_change();

  // From here on swap_in() keeps what it replaces until the end, so that it can be put back.
  void keep_originals() { kept_.emplace(*files_); }
  [[nodiscard]] KeptFiles* kept() noexcept { return kept_ ? &*kept_ : nullptr; }

  [[nodiscard]] FileSystem& files() const noexcept { return *files_; }
  [[nodiscard]] const DatabaseFiles& database() const noexcept { return database_; }
  // None: there is no such file.
  [[nodiscard]] const std::optional<FileInfo>& log() const noexcept { return log_; }
  [[nodiscard]] const std::optional<FileInfo>& snapshot() const noexcept { return snapshot_; }

 private:
  SoleWriter(FileSystem& files, const DatabaseFiles& database)
      : files_(&files), database_(database) {}
  [[nodiscard]] Result<> look_for_others() const;

  FileSystem* files_;
  DatabaseFiles database_;
  std::unique_ptr<DirectoryLock> lock_;
  std::optional<FileInfo> log_;
  std::optional<FileInfo> snapshot_;
  std::optional<KeptFiles> kept_;
};

// A new file beside `target`, one of the two, to be put in its place; where there is no such file
// it is as private as the other one. Error `permission` when it cannot have that one's owner and
// group: whoever starts the database could be locked out of it.
[[nodiscard]] Result<AtomicFile> create_replacement(const SoleWriter& sole,
                                                    const std::string& target,
                                                    std::string_view suffix);

// Removes the temporary files that a killed run of this project (or of line 1.1, whose names are
// the same) left beside the two files. Those that somebody has open stay, and so does a log that
// holds what the database lacks: it may be all that is left of a damaged one. The caller is the
// sole writer. Returns the paths of those removed, and of those kept for what they hold.
struct Leftovers {
  std::vector<std::string> removed;
  std::vector<std::string> kept;
};
[[nodiscard]] Result<Leftovers> remove_leftovers(const SoleWriter& sole,
                                                 const RewriteOptions& options);

}  // namespace persist::rewrite
