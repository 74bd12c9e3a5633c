// Whether the log or snapshot that an interrupted rewrite left may go.
#pragma once

#include <persist/state.hpp>

namespace persist {

// How many keys the leftover knows something of that is newer than what the database knows; at
// least one when its clock is behind the leftover's. What it says of a key's past does not count.
// `options`: memory and temporary data. Errors: those of State::load.
[[nodiscard]] Result<std::uint64_t> count_keys_nowhere_else(FileSystem& files,
                                                            const Leftover& leftover,
                                                            const DatabaseFiles& database,
                                                            StateOptions options);
// Whether there are none. False where that cannot be told, too: a leftover that is kept costs
// nothing but its bytes.
[[nodiscard]] bool is_covered(FileSystem& files, const Leftover& leftover,
                              const DatabaseFiles& database, const StateOptions& options);

}  // namespace persist
