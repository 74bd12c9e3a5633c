// Whether the last frame of a log, which does not hold, was written to its end: then a byte of it
// was altered, and an interrupted write does not explain it.
#pragma once

#include <persist/formats/frame.hpp>

#include "log/window.hpp"

namespace persist::log {

// The frame at `offset` ends where its header says, with nothing but zeros behind it, and no page
// of it reads as zeros, as one does that never reached the disk.
[[nodiscard]] Result<bool> was_written_whole(Window& window, std::uint64_t offset,
                                             formats::FrameVersion version);

}  // namespace persist::log
