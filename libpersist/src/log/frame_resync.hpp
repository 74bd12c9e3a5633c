// What to make of a place in the framed part where no frame holds: where reading goes on, and
// whether the frame that was there can be proven all the same.
#pragma once

#include <deque>
#include <map>
#include <optional>
#include <persist/damage.hpp>

#include "log/frame_probe.hpp"

namespace persist::log {

// The versions read so far, as ranges: since release 0.23 they are dense, so there are few.
class VersionSet {
 public:
  void add(Version version);
  [[nodiscard]] bool contains(Version version) const;

 private:
  std::map<Version, Version> ranges_;  // first to last
};

// What was read before the damage; bounds what may come after it.
struct FramedContext {
  Version max_version = 0;  // 0: nothing yet
  Version last_version = 0;
  VersionSet versions;
  std::uint64_t frames = 0;
  std::uint64_t frame_bytes = 0;
  std::uint64_t last_synced_to = 0;
  std::deque<std::uint64_t> recent_offsets;  // ends of frames, newest last: values synced_to takes

  void note(const FoundFrame& frame);
  // Whether a frame of this version can be one that the damage displaced or left: it was not read
  // yet, and is not further ahead than the rest of the file has room for. Copies of frames in
  // values mostly fail this.
  [[nodiscard]] bool may_follow(Version version, std::uint64_t remaining_bytes) const;
  // Whether it is one of those next to come, when commits of so many bytes are lost.
  [[nodiscard]] bool is_near(Version version, std::uint64_t lost_bytes) const;
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

}  // namespace persist::log
