// Telling a frame of the log from a copy of one inside a value: a database may store log files.
#pragma once

#include <optional>

#include "log/frame_probe.hpp"
#include "log/record_walk.hpp"

namespace persist::log {

// Whether `frame`, whose version comes soon behind `version`, and those right behind it lead to
// exactly `end`. No copy in a value does: what was copied is older than the commit that holds it.
[[nodiscard]] Result<bool> carries_on_to(FrameProbe& probe, const FoundFrame& frame,
                                         Version version, std::uint64_t end);

// Whether a record that starts between `damage_offset` and `frame` covers it with its value and
// belongs to a commit that ends where the log goes on, or that the end of the log cuts. Returns
// that end: nothing before it is the log's own. `walk` is over the records of the damaged frame.
[[nodiscard]] Result<std::optional<std::uint64_t>> enclosing_commit_end(FrameProbe& probe,
                                                                        std::uint64_t damage_offset,
                                                                        const PayloadWalk& walk,
                                                                        const FoundFrame& frame,
                                                                        Version last_version);

}  // namespace persist::log
