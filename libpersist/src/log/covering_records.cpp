#include "log/covering_records.hpp"

#include <algorithm>
#include <limits>

namespace persist::log {
namespace {

// Of crafted bytes, where every offset reads as a record.
constexpr std::size_t max_heads = 1 << 7;
// A longer value is seen only where the damaged frame's own records lead to it.
constexpr std::uint64_t max_lookback_bytes = std::uint64_t{1} << 20U;

// A frame's payload is below 4 GiB.
bool covers(const RecordHead& head, const FoundFrame& frame) {
  return head.value_offset <= frame.offset && head.end >= frame.end() &&
         head.end - head.offset <= std::numeric_limits<std::uint32_t>::max();
}

}  // namespace

Result<const std::vector<RecordHead>*> CoveringRecords::of(const FoundFrame& frame) {
  if (frame.offset > max_lookback_bytes) {
    looked_to_ = std::max(looked_to_, frame.offset - max_lookback_bytes);
  }
  for (; looked_to_ < frame.offset; ++looked_to_) {
    PERSIST_TRY_ASSIGN(const auto head, record_head_at(window_, looked_to_));
    const bool is_wanted = head && covers(*head, frame) && versions_.is_plausible(head->version);
    if (is_wanted && heads_.size() < max_heads) heads_.push_back(*head);
  }
  std::erase_if(heads_, [&frame](const RecordHead& head) { return !covers(head, frame); });
  return &heads_;
}

}  // namespace persist::log
