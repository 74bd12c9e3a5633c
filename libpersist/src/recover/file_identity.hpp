// What a file holds, in a few bytes: a plan is bound to it.
#pragma once

#include <persist/file_system.hpp>
#include <persist/repair.hpp>

namespace persist::recover {

// Reads the file to its end. Errors: io, permission, interrupted; a missing file is no error.
[[nodiscard]] Result<FileIdentity> identify(FileSystem& files, const std::string& path,
                                            const RepairOptions& options);
[[nodiscard]] Result<FileIdentity> identify(File& file, const RepairOptions& options);

// "xxh3-128:" and 32 hexadecimal digits of a text's hash.
[[nodiscard]] std::string hash_of(ByteView text);

}  // namespace persist::recover
