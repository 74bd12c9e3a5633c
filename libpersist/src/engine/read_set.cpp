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

bool ReadSet::contains(ByteView key) const noexcept {
  if (keys_.contains(key)) return true;
  return std::ranges::any_of(ranges_, [key](const Range& range) {
    return range.from <= key && (!range.to || key < *range.to);
  });
}

void ReadSet::clear() {
  keys_.clear();
  ranges_.clear();
}

}  // namespace persist::engine
