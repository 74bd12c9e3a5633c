// What was read of a framed log's frames, and so which of them can come next.
#pragma once

#include "log/frame_probe.hpp"
#include "log/recent_frames.hpp"
#include "log/version_set.hpp"

namespace persist::log {

// Of writers that overtake each other.
inline constexpr Version usual_disorder = 8;

// Of bytes that are gone without a trace: a hole in the file.
inline constexpr std::uint64_t unseen_bytes = 1024;

// Whether a frame of version `next` can stand right behind one of `version`: counters are dense but
// for writers that overtake each other; clocks go on by any step, and hardly back.
[[nodiscard]] bool can_stand_behind(Version version, Version next);

// How far versions can have gone on from `version`, writers' disorder included, when so many bytes
// of frames are lost; without bound for clocks.
[[nodiscard]] Version highest_version_after(Version version, std::uint64_t lost_bytes,
                                            std::uint64_t mean_frame_bytes);

// What was read before the damage; bounds what may come after it.
struct FramedContext {
  Version max_version = 0;  // 0: nothing yet
  Version last_version = 0;
  VersionSet versions;
  std::uint64_t frames = 0;
  std::uint64_t frame_bytes = 0;
  std::uint64_t last_synced_to = 0;
  Version min_version = 0;
  Version disorder = 0;  // by how much a version was below one in front of it, up to the usual
  RecentFrames recent;
  std::uint64_t run_begin = 0;  // the frames from here on stand one right behind the other
  std::uint64_t run_end = 0;

  void note(const FoundFrame& frame);
  void note_version(Version version);
  // What comes next is above it: the versions between it and the recent ones are missing.
  [[nodiscard]] Version low() const;
  // Whether `next` comes right behind `version`, but for as much disorder as was seen.
  [[nodiscard]] bool comes_next(Version next, Version version) const;
  // Whether a version was not read yet, and is a clock's, or a counter's, as those that were.
  [[nodiscard]] bool is_unread(Version version) const;
  // The same of one that is not beyond what so many bytes have room for.
  [[nodiscard]] bool may_follow(Version version, std::uint64_t remaining_bytes) const;
  [[nodiscard]] Version highest_after(Version version, std::uint64_t lost_bytes) const;

 private:
  [[nodiscard]] std::uint64_t mean_frame_bytes() const;
};

}  // namespace persist::log
