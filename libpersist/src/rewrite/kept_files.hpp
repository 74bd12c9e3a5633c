// The files that a run replaces, under second names until the run is complete: when a later step
// fails, they are put back, and the directory is what it was. A killed run leaves the second names
// to the next one, which removes them as leftovers; the files in place are then a sound database.
#pragma once

#include <optional>
#include <persist/file_system.hpp>
#include <string>
#include <vector>

namespace persist::rewrite {

class KeptFiles {
 public:
  explicit KeptFiles(FileSystem& files) : files_(&files) {}

  // Before `target`, whose links were followed, is replaced. `suffix`: of the second name, as
  // AtomicFile's. Where the file system has no second names the target cannot be put back. One that
  // is not there yet will be removed instead.
  [[nodiscard]] Result<> keep(const std::string& target, std::string_view suffix);
  // After it was replaced.
  void note_replacement() noexcept;

  // The last one first; a file that somebody else has changed since stays as it is. Whether each is
  // now what it was.
  bool put_back() noexcept;
  // All is done: the second names go.
  void forget() noexcept;

 private:
  struct Kept {
    std::string target;
    std::string second_name;  // empty: it has none
    std::optional<FileInfo> original;
    std::optional<FileInfo> replacement;
  };
  [[nodiscard]] bool put_back(const Kept& kept) const noexcept;

  FileSystem* files_;
  std::vector<Kept> kept_;
};

}  // namespace persist::rewrite
