// Who may read what is written: modes of files, also of those that are being made.
#pragma once

#include <sys/stat.h>

#include "support/catch.hpp"
#include "support/failing_file_system.hpp"

namespace persist::test {

inline mode_t mode_of(const std::string& path) {
  struct stat status{};
  REQUIRE(::stat(path.c_str(), &status) == 0);
  return status.st_mode & 07777U;
}

// Remembers how the last new file was made.
class ModeWatch : public FailingFileSystem {
 public:
  using FailingFileSystem::FailingFileSystem;
  Result<std::unique_ptr<File>> open(const std::string& path, OpenMode mode) override {
    if (mode == OpenMode::create_new || mode == OpenMode::create_private) created_as = mode;
    return FailingFileSystem::open(path, mode);
  }
  OpenMode created_as = OpenMode::read;
};

}  // namespace persist::test
