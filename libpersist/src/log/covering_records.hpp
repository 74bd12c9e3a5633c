// Records in a damaged place whose values cover what lies behind them: a frame there is a copy in a
// value, for a database may store log files.
#pragma once

#include <algorithm>
#include <limits>
#include <vector>

#include "log/frame_probe.hpp"
#include "log/record_walk.hpp"

namespace persist::log {

class CoveringRecords {
 public:
  // Records are looked for from `offset` on.
  CoveringRecords(Window& window, std::uint64_t offset) : window_(window), looked_to_(offset) {}

  // The heads of records in front of `frame` whose values cover it, in the order of the file, of
  // versions that `is_wanted`. Frames are asked about in that order too: each byte is looked at
  // once, so that what is wanted must not change.
  template <class Wanted>
  [[nodiscard]] Result<const std::vector<RecordHead>*> of(const FoundFrame& frame,
                                                          const Wanted& is_wanted) {
    if (frame.offset > max_lookback_bytes) {
      looked_to_ = std::max(looked_to_, frame.offset - max_lookback_bytes);
    }
    for (; looked_to_ < frame.offset; ++looked_to_) {
      PERSIST_TRY_ASSIGN(const auto head, record_head_at(window_, looked_to_));
      if (head && covers(*head, frame) && is_wanted(head->version)) keep(*head);
    }
    std::erase_if(heads_, [&frame](const RecordHead& head) { return !covers(head, frame); });
    return &heads_;
  }

 private:
  // A longer value is seen only where the damaged frame's own records lead to it.
  static constexpr std::uint64_t max_lookback_bytes = std::uint64_t{1} << 20U;

  // A frame's payload is below 4 GiB.
  static bool covers(const RecordHead& head, const FoundFrame& frame) {
    return head.value_offset <= frame.offset && head.end >= frame.end() &&
           head.end - head.offset <= std::numeric_limits<std::uint32_t>::max();
  }
  void keep(const RecordHead& head);

  Window& window_;
  std::uint64_t looked_to_;
  std::vector<RecordHead> heads_;
};

}  // namespace persist::log
