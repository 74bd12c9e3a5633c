#include "platform/new_directories.hpp"

#include <ranges>
#include <utility>

#include "platform/paths.hpp"

namespace persist::platform {

NewDirectories::NewDirectories(NewDirectories&& other) noexcept
    : files_(other.files_), made_(std::exchange(other.made_, {})) {}

NewDirectories::~NewDirectories() {
  // What cannot be removed is an empty directory: nobody to tell, nothing to lose.
  for (const std::string& directory : std::views::reverse(made_)) {
    static_cast<void>(files_->remove_directory(directory));
  }
}

Result<> NewDirectories::make(const std::string& path) {
  std::vector<std::string> missing;
  for (std::string directory = path;;) {
    const auto there = files_->info(directory);
    if (there || there.error().code != ErrorCode::not_found) break;
    missing.push_back(directory);
    std::string parent = parent_of(directory);
    if (parent == directory) break;
    directory = std::move(parent);
  }
  // Noted before they are made: of several the first may be there when the second fails.
  made_.insert(made_.end(), missing.rbegin(), missing.rend());
  return files_->create_directories(path);
}

}  // namespace persist::platform
