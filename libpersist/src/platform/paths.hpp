// Paths, as text.
#pragma once

#include <filesystem>
#include <string>

namespace persist::platform {

// The directory that it lies in: "." for a name alone.
[[nodiscard]] inline std::string parent_of(const std::string& path) {
  std::string parent = std::filesystem::path(path).parent_path().string();
  return parent.empty() ? "." : parent;
}

}  // namespace persist::platform
