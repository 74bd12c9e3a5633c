// Whether the log that an interrupted rewrite left may go.
#pragma once

#include <persist/state.hpp>

namespace persist {

// Whether the database would mean the same with the leftover's commits added to it: of each key
// that they write it knows something as new, and its clock is not behind them. What they say of a
// key's past does not count. False where that cannot be told, too: a leftover that is kept costs
// nothing but its bytes. `options`: memory and temporary data.
[[nodiscard]] bool is_covered(FileSystem& files, const std::string& leftover,
                              const DatabaseFiles& database, StateOptions options);

}  // namespace persist
