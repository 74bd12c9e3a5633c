// A file by its descriptor.
#pragma once

#include <memory>
#include <string>

#include <sys/stat.h>

#include <persist/file_system.hpp>

namespace persist::platform {

// Takes over the descriptor, even when it throws for want of memory.
[[nodiscard]] std::unique_ptr<File> adopt_descriptor(int descriptor, std::string path);

[[nodiscard]] FileInfo info_from(const struct stat& status) noexcept;

}  // namespace persist::platform
