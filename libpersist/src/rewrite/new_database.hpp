// A database in a directory of its own: both files are written, proven, and only then get their
// names.
#pragma once

#include "platform/new_directories.hpp"
#include "rewrite/in_place.hpp"

namespace persist::rewrite {

// Error `exists` when there is such a file, or a directory.
[[nodiscard]] Result<> refuse_existing(FileSystem& files, const std::string& output);

// Makes what is missing of the directory and of the files' own.
[[nodiscard]] Result<> make_directories(platform::NewDirectories& directories,
                                        const DatabaseFiles& output);

// Writes a database to `output` and proves it; with `dry_run` only measures it. `report` has what
// is known of the source. Errors: exists when the directory holds anything; no_space; mismatch,
// with what was written kept aside.
[[nodiscard]] Result<RewriteReport> write_new_database(
    FileSystem& files, const DatabaseFiles& output, const Content& content,
    const std::function<void()>& release, const RewriteOptions& options, RewriteReport report);

// A database in the making: both files have their names only after finish().
class NewDatabase {
 public:
  // Error `exists` when the directory holds anything. Creates what is missing of it and of the
  // files' own directories, and removes them again unless finish() succeeds. `like`: as
  // AtomicFile::create.
  [[nodiscard]] static Result<NewDatabase> create(FileSystem& files, const DatabaseFiles& output,
                                                  bool has_snapshot,
                                                  const std::optional<FileInfo>& like);

  [[nodiscard]] Outputs outputs();
  [[nodiscard]] Result<> finish(const Expectation& expected, const RewriteOptions& options);

 private:
  explicit NewDatabase(FileSystem& files) noexcept : files_(&files), directories_(files) {}

  FileSystem* files_;
  platform::NewDirectories directories_;  // outlives the files in them
  NewFiles fresh_;
};

}  // namespace persist::rewrite
