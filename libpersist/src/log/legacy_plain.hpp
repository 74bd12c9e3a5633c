// Whether a legacy log reads from record to record: the reading that every engine has of it.
#pragma once

#include "log/window.hpp"

namespace persist::log {

// How far records follow each other from `begin` on, with versions that go on, when nothing but the
// end of the legacy part stops them: the file's end, which may cut the last record, or a framed
// part with its header. None: something else does.
[[nodiscard]] Result<std::optional<std::uint64_t>> plain_end(File& file, std::uint64_t begin,
                                                             std::uint64_t end);

}  // namespace persist::log
