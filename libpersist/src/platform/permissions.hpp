// Who may read what is made from files that not everybody may read.
#pragma once

#include <optional>
#include <persist/file_system.hpp>

namespace persist::platform {

// For AtomicFile::create: the owner of the first, and the mode that gives nobody but that owner a
// right that not both files give. Of one file its own, of none nothing.
[[nodiscard]] std::optional<FileInfo> as_private_as(const std::optional<FileInfo>& first,
                                                    const std::optional<FileInfo>& second);

}  // namespace persist::platform
