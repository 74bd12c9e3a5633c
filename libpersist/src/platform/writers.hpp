// Other processes that write to a file: the real engine takes no lock.
#pragma once

#include <persist/file_system.hpp>

namespace persist::platform {

// Error `busy`, which names them, when there are any.
[[nodiscard]] Result<> refuse_writers(FileSystem& files, const std::string& path,
                                      std::string_view advice);

}  // namespace persist::platform
