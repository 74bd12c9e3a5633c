// Paths, as text.
#pragma once

#include <cstdint>
#include <filesystem>
#include <string>
#include <string_view>

namespace persist::platform {

// The directory that it lies in: "." for a name alone.
[[nodiscard]] inline std::string parent_of(const std::string& path) {
  std::string parent = std::filesystem::path(path).parent_path().string();
  return parent.empty() ? "." : parent;
}

// `<target>.<process>_<number>.<suffix>`: by such names leftovers of interrupted writes are known.
[[nodiscard]] std::string temporary_name(const std::string& target, std::uint64_t number,
                                         std::string_view suffix);

}  // namespace persist::platform
