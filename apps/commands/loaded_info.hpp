// What `info` says of a target, and `report` too.
#pragma once

#include <atomic>
#include <persist/info.hpp>

#include "commands/target.hpp"

namespace persist::app {

struct LoadedInfo {
  InfoReport report;
  // What the damage that was met means for the exit status; the end of a live log is none.
  int damage_status = exit_success;
};

// Loads the state and looks at it, in `max_memory_bytes`; adds the bytes it has read to `done`.
[[nodiscard]] Result<LoadedInfo> load_info(Context& context, const Target& target,
                                           std::uint64_t max_memory_bytes,
                                           std::atomic<std::uint64_t>& done);

}  // namespace persist::app
