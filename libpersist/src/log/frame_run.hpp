// Frames that stand one right behind the other, as the engine appends them.
#pragma once

#include <cstdint>

#include "log/frame_probe.hpp"

namespace persist::log {

struct FrameRun {
  std::uint64_t end = 0;     // of the last one; where the run was to begin when there is none
  Version last_version = 0;  // 0: there is none
};

// From `offset` up to the first place at or behind `to` where a frame ends, or where none holds.
[[nodiscard]] Result<FrameRun> frame_run(FrameProbe& probe, std::uint64_t offset, std::uint64_t to);

// Whether so many frames follow each other from `offset` on, or one of them ends the log.
[[nodiscard]] Result<bool> frames_follow(FrameProbe& probe, std::uint64_t offset,
                                         std::size_t wanted);

}  // namespace persist::log
