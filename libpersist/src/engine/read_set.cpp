#include "engine/read_set.hpp"

#include <algorithm>

namespace persist::engine {

void ReadSet::add_key(ByteView key) {
  keys_.emplace(key);
}

void ReadSet::add_range(ByteView from, std::optional<ByteView> to) {
  if (to && *to <= from) return;
  // The same range is often scanned again and again, a page at a time.
  if (!ranges_.empty()) {
    Range& newest = ranges_.back();
    const bool continues = newest.to && *newest.to == from;
    const bool repeats = newest.from == from;
    if (continues || (repeats && newest.to && (!to || *newest.to <= *to))) {
      newest.to = to ? std::optional<std::string>(*to) : std::nullopt;
      return;
    }
    if (repeats && !newest.to) return;
  }
  ranges_.push_back({std::string(from), to ? std::optional<std::string>(*to) : std::nullopt});
}

void ReadSet::settle() noexcept {
  std::ranges::sort(ranges_, {}, &Range::from);
  auto last = ranges_.begin();
  for (auto range = ranges_.begin(); range != ranges_.end(); ++range) {
    if (range == last) continue;
    if (!last->reaches(*range)) {
      if (++last != range) *last = std::move(*range);
    } else if (last->to && (!range->to || *range->to > *last->to)) {
      last->to = std::move(range->to);
    }
  }
  if (!ranges_.empty()) ranges_.erase(last + 1, ranges_.end());
}

bool ReadSet::contains(ByteView key) const noexcept {
  if (keys_.contains(key)) return true;
  const auto behind = std::ranges::upper_bound(
      ranges_, key, {}, [](const Range& range) { return ByteView(range.from); });
  if (behind == ranges_.begin()) return false;
  const Range& range = *std::prev(behind);
  return !range.to || key < *range.to;
}

void ReadSet::clear() {
  keys_.clear();
  ranges_.clear();
}

}  // namespace persist::engine
