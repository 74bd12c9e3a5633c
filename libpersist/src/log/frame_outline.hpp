// What the log surely consists of behind damage: long chains of frames. Held against it, a frame in
// damage is told from a copy in a value. It is made once, when it is first asked for, by reading
// the log to its end.
#pragma once

#include <optional>
#include <vector>

#include "log/frame_chain.hpp"

namespace persist::log {

class FrameOutline {
 public:
  // From `offset` on, where the frames of `context` end.
  [[nodiscard]] static Result<FrameOutline> of(FrameProbe& probe, std::uint64_t offset,
                                               const FramedContext& context);

  // The chain that a frame at `offset` is of, none when it is of no sure one.
  [[nodiscard]] const FrameChain* chain_at(std::uint64_t offset) const;
  // The first chain that ends behind `offset`, none when there is none.
  [[nodiscard]] const FrameChain* next_chain(std::uint64_t offset) const;
  // The first offset from `offset` on where a frame or a log header may begin: what was looked at
  // is not looked at again.
  [[nodiscard]] std::uint64_t next_start(std::uint64_t offset) const;
  // Whether a frame of a sure chain has this version.
  [[nodiscard]] bool contains(Version version) const { return versions_.contains(version); }
  // Whether the last sure chain leads to `log_end`.
  [[nodiscard]] bool reaches(std::uint64_t log_end) const {
    return !chains_.empty() && chains_.back().end == log_end;
  }
  // Whether values of sure frames hold frames, none when there are too few to tell.
  [[nodiscard]] std::optional<bool> values_hold_frames() const noexcept {
    return values_hold_frames_;
  }
  [[nodiscard]] Version min_version() const noexcept { return min_version_; }
  [[nodiscard]] Version max_version() const noexcept { return max_version_; }

 private:
  struct Range {
    std::uint64_t begin = 0;
    std::uint64_t end = 0;
  };

  [[nodiscard]] Result<std::uint64_t> find_frames(FrameProbe& probe, std::uint64_t offset);
  void note_start(std::uint64_t begin, std::uint64_t end);
  void keep_the_longer(std::vector<FrameChain> chains);
  [[nodiscard]] Result<void> look_into_values(FrameProbe& probe);

  std::vector<FrameChain> chains_;  // in the order of the file
  std::vector<Range> starts_;       // where frames stand one right behind the other, and headers
  std::uint64_t looked_from_ = 0;
  std::uint64_t looked_to_ = 0;
  VersionSet versions_;
  Version min_version_ = 0;
  Version max_version_ = 0;
  std::optional<bool> values_hold_frames_;
};

}  // namespace persist::log
