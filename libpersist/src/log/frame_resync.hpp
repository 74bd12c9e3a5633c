// What to make of a place in the framed part where no frame holds: where reading goes on, and
// whether the frame that was there can be proven all the same.
#pragma once

#include <optional>
#include <persist/damage.hpp>

#include "log/frame_ownership.hpp"
#include "log/frame_probe.hpp"
#include "log/framed_context.hpp"

namespace persist::log {

// A frame whose header is damaged and whose payload is proven (frame_proof.hpp).
struct RebuiltFrame {
  std::uint64_t payload_offset = 0;
  std::uint64_t end = 0;
};

struct Resync {
  std::uint64_t next = 0;  // a frame, a header, or the window's end
  std::optional<RebuiltFrame> rebuilt;
  Damage damage;  // [offset, next), or the damaged header of the rebuilt frame
};

// `offset` is where the last frame ended, and no frame holds there, or one that may be a copy in a
// value: then `next` may be `offset`. `outlook` is kept from one damage to the next.
[[nodiscard]] Result<Resync> resync_frames(FrameProbe& probe, std::uint64_t offset,
                                           const FramedContext& context, FramedOutlook& outlook);

}  // namespace persist::log
