// Frames that stand one right behind the other and whose versions follow each other.
#pragma once

#include <utility>
#include <vector>

#include "log/frame_probe.hpp"
#include "log/framed_context.hpp"

namespace persist::log {

// What tells a frame from others of its version.
struct FrameMark {
  Version version = 0;
  std::uint32_t checksum = 0;
};

struct FrameChain {
  std::uint64_t offset = 0;  // of its first frame
  std::uint64_t end = 0;     // of its last one
  std::uint64_t frames = 0;
  std::uint64_t seen_before = 0;  // frames of versions that were read in front of the damage
  Version low = 0;                // of the frames in order: not of those that were overtaken
  Version high = 0;
  Version leading_high = 0;  // of its first few frames
  VersionSet versions;
  std::vector<FrameMark> leading;  // the first ones

  [[nodiscard]] std::uint64_t mean_frame_bytes() const noexcept {
    return frames == 0 ? 1 : (end - offset) / frames;
  }
  [[nodiscard]] bool holds(std::uint64_t at) const noexcept { return at >= offset && at < end; }
};

// The frames from `offset` on, as far as they stand one right behind the other, in such chains: a
// copy at the end of a value may stand right in front of the log's own next frame. Where the last
// one ends no frame holds.
[[nodiscard]] Result<std::vector<FrameChain>> chains_from(FrameProbe& probe, std::uint64_t offset,
                                                          const FramedContext& context);

}  // namespace persist::log
