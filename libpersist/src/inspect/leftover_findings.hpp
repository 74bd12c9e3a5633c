// What interrupted writes left beside a database, told as findings of its files.
#pragma once

#include <persist/verify.hpp>

namespace persist {

// Adds them to the reports of `report`, which the verdict is no part of.
[[nodiscard]] Result<> note_leftovers(FileSystem& files, const DatabaseFiles& database,
                                      const std::string& temp_dir, VerifyReport& report);

}  // namespace persist
