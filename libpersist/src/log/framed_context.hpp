// What was read of a framed log's frames, and so which of them can come next.
#pragma once

#include <deque>
#include <map>

#include "log/frame_probe.hpp"

namespace persist::log {

// Of frames that stand near each other.
inline constexpr Version version_slack = 64;
// Of writers that overtake each other.
inline constexpr Version usual_disorder = 8;

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

 private:
  [[nodiscard]] std::uint64_t mean_frame_bytes() const;
};

}  // namespace persist::log
