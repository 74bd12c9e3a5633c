// That log and snapshot are two files. Links or options can make one of them: reading such a
// database makes no sense of it, and writing one file would destroy the other.
#pragma once

#include <persist/file_system.hpp>

namespace persist {

// Error `invalid_argument`, naming both paths, which are known to be of one file.
[[nodiscard]] std::unexpected<Error> one_file(const std::string& log, const std::string& snapshot);

// That error when they are.
[[nodiscard]] Result<> refuse_one_file(const std::string& log, const FileInfo& log_info,
                                       const std::string& snapshot, const FileInfo& snapshot_info);

// The same of open files, of which either may be null.
[[nodiscard]] Result<> refuse_one_file(File* log, File* snapshot);

}  // namespace persist
