// Telling a frame of the log from a copy of one inside a value: a database may store log files.
#pragma once

#include <optional>

#include "log/frame_probe.hpp"

namespace persist::log {

// Whether a record that starts between `damage_offset` and `frame` covers it with its value and
// belongs to a commit that ends where the log goes on. Returns that end: nothing before it is the
// log's own.
[[nodiscard]] Result<std::optional<std::uint64_t>> enclosing_commit_end(FrameProbe& probe,
                                                                        std::uint64_t damage_offset,
                                                                        const FoundFrame& frame,
                                                                        Version max_version);

}  // namespace persist::log
