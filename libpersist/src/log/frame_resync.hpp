// What to make of a place in the framed part where no frame holds: where reading goes on, and
// whether the frame that was there can be proven all the same.
#pragma once

#include <deque>
#include <optional>
#include <persist/damage.hpp>

#include "log/frame_probe.hpp"

namespace persist::log {

// What was read before the damage; bounds what may come after it.
struct FramedContext {
  Version max_version = 0;  // 0: nothing yet
  std::uint64_t last_synced_to = 0;
  std::deque<std::uint64_t> recent_offsets;  // of frames, newest last: values that synced_to takes

  void note(const FoundFrame& frame);
};

// A frame whose header is damaged and whose payload is proven: by the checksum under the length
// that the next frame shows, or by a damage to the checksum's own fields small enough to tell.
struct RebuiltFrame {
  std::uint64_t payload_offset = 0;
  std::uint64_t end = 0;
};

struct Resync {
  std::uint64_t next = 0;  // a frame, a header, or the window's end
  std::optional<RebuiltFrame> rebuilt;
  Damage damage;  // [offset, next), or the damaged header of the rebuilt frame
};

// `offset` is where the last frame ended; `probe.at(offset)` has just failed.
[[nodiscard]] Result<Resync> resync_frames(FrameProbe& probe, std::uint64_t offset,
                                           const FramedContext& context);

// Where the framed part can go on, at or behind `from`: a log header, or a frame of `version`.
[[nodiscard]] Result<std::uint64_t> find_next_frame(FrameProbe& probe, std::uint64_t from,
                                                    std::uint64_t damage_offset,
                                                    const FramedContext& context);

}  // namespace persist::log
