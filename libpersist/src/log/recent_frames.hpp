// The frames read last, of a log that is read from front to back.
#pragma once

#include <algorithm>
#include <array>
#include <cstdint>
#include <persist/formats/record.hpp>

namespace persist::log {

struct ReadFrame {
  Version version = 0;
  std::uint64_t end = 0;
  std::uint32_t checksum = 0;
};

class RecentFrames {
 public:
  void add(const ReadFrame& frame) { frames_[count_++ % frames_.size()] = frame; }

  // The frame `back` before the last one, which is that of 0; none when it is not kept.
  [[nodiscard]] const ReadFrame* before_last(std::size_t back) const {
    if (back >= std::min<std::uint64_t>(count_, frames_.size())) return nullptr;
    return &frames_[(count_ - 1 - back) % frames_.size()];
  }
  // The last one of those that are kept for which `is_wanted`, among the last `most`.
  template <class Wanted>
  [[nodiscard]] const ReadFrame* find(std::size_t most, const Wanted& is_wanted) const {
    for (std::size_t back = 0; back < most; ++back) {
      const ReadFrame* const frame = before_last(back);
      if (frame == nullptr || is_wanted(*frame)) return frame;
    }
    return nullptr;
  }

  static constexpr std::size_t capacity = 1024;

 private:
  std::array<ReadFrame, capacity> frames_{};
  std::uint64_t count_ = 0;
};

}  // namespace persist::log
