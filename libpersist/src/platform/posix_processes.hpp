// Who has a file open for writing, read from /proc.
#pragma once

#include <vector>

#include <persist/file_system.hpp>

namespace persist::platform {

[[nodiscard]] std::vector<ProcessInfo> other_writers_of(std::uint64_t device, std::uint64_t inode);

}  // namespace persist::platform
