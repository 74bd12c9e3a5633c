// Directories that are made for files which may yet not come to be.
#pragma once

#include <persist/file_system.hpp>

namespace persist::platform {

class NewDirectories {
 public:
  explicit NewDirectories(FileSystem& files) noexcept : files_(&files) {}
  NewDirectories(NewDirectories&& other) noexcept;
  NewDirectories& operator=(NewDirectories&&) = delete;
  ~NewDirectories();  // removes what was made and is empty, unless it is kept

  // Creates what is missing of `path`. Errors: those of FileSystem::create_directories.
  [[nodiscard]] Result<> make(const std::string& path);
  void keep() noexcept { made_.clear(); }

 private:
  FileSystem* files_;
  std::vector<std::string> made_;  // each behind those it lies in
};

}  // namespace persist::platform
