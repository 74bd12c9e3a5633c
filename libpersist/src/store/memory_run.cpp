#include "store/memory_run.hpp"

#include <algorithm>
#include <span>

#include "store/key_order.hpp"

namespace persist::store {
namespace {

// A record that is being sorted: eight bytes of its key, and its place in order of arrival.
struct Item {
  std::uint64_t word;
  std::uint32_t index;
};

// Sorts groups of records by the first eight bytes that tell them apart, then each group of equal
// ones by the next eight: keys of a database begin alike (namespace, table), so whole comparisons
// would walk over the same bytes again and again, in memory that is far apart.
class SegmentSorter {
 public:
  explicit SegmentSorter(const Segment& segment) : segment_(segment), items_(segment.size()) {
    for (std::uint32_t i = 0; i < items_.size(); ++i) items_[i] = {0, i};
  }

  [[nodiscard]] std::span<const Item> sort() {
    sort_group(items_, 0, 0);
    return items_;
  }

 private:
  static constexpr std::size_t small_group = 16;
  static constexpr unsigned max_depth = 64;

  [[nodiscard]] ByteView key_of(const Item& item) const noexcept {
    return stored_key(segment_[item.index]);
  }

  // `group` is in order of arrival, its keys are equal before `offset`.
  void sort_group(std::span<Item> group, std::size_t offset, unsigned depth) {
    const std::size_t common = common_prefix_of(group, offset);
    std::size_t shortest = SIZE_MAX;
    for (Item& item : group) {
      const ByteView key = key_of(item);
      item.word = key_word(key, common);
      shortest = std::min(shortest, key.size());
    }
    std::ranges::sort(group, [](const Item& a, const Item& b) {
      return a.word != b.word ? a.word < b.word : a.index < b.index;
    });
    const bool word_is_whole = shortest >= common + key_word_bytes;
    for (std::size_t begin = 0; begin < group.size();) {
      std::size_t end = begin + 1;
      while (end < group.size() && group[end].word == group[begin].word) ++end;
      const auto equal = group.subspan(begin, end - begin);
      if (equal.size() > small_group && word_is_whole && depth < max_depth) {
        sort_group(equal, common + key_word_bytes, depth + 1);
      } else if (equal.size() > 1) {
        sort_whole(equal, common);
      }
      begin = end;
    }
  }

  [[nodiscard]] std::size_t common_prefix_of(std::span<const Item> group,
                                             std::size_t offset) const noexcept {
    const ByteView first = key_of(group.front());
    std::size_t common = first.size();
    for (const Item& item : group) {
      common = std::min(common, common_prefix_bytes(first.substr(0, common), key_of(item), offset));
      if (common == offset) break;
    }
    return common;
  }

  void sort_whole(std::span<Item> group, std::size_t offset) const {
    if (group.size() > small_group && is_one_key(group)) {
      sort_versions(group);
      return;
    }
    std::ranges::sort(group, [this, offset](const Item& a, const Item& b) {
      const RecordView left = stored_record(segment_[a.index]);
      const RecordView right = stored_record(segment_[b.index]);
      const int order = left.key.substr(offset).compare(right.key.substr(offset));
      if (order != 0) return order < 0;
      if (left.version != right.version) return left.version > right.version;
      return a.index > b.index;
    });
  }

  [[nodiscard]] bool is_one_key(std::span<const Item> group) const noexcept {
    const ByteView first = key_of(group.front());
    return std::ranges::all_of(group, [&](const Item& item) { return key_of(item) == first; });
  }

  // A counter that every commit writes: thousands of versions of one key in a segment.
  void sort_versions(std::span<Item> group) const {
    const std::uint64_t word = group.front().word;
    for (Item& item : group) item.word = ~stored_record(segment_[item.index]).version;
    std::ranges::sort(group, [](const Item& a, const Item& b) {
      return a.word != b.word ? a.word < b.word : a.index > b.index;
    });
    for (Item& item : group) item.word = word;
  }

  const Segment& segment_;
  std::vector<Item> items_;
};

// Whether the newer of two neighbours leaves nothing to be told by the older.
bool supersedes(const char* newer, const char* older, Keep keep) noexcept {
  const RecordView left = stored_record(newer);
  const RecordView right = stored_record(older);
  return left.key == right.key && (keep == Keep::newest || left.version == right.version);
}

}  // namespace

std::size_t MemoryRun::records() const noexcept {
  std::size_t records = 0;
  for (const Segment& segment : segments) records += segment.size();
  return records;
}

void sort_segment(Segment& segment, Keep keep) {
  if (segment.empty()) return;
  Segment sorted;
  sorted.reserve(segment.size());
  SegmentSorter sorter(segment);
  std::uint64_t word_before = 0;
  for (const Item& item : sorter.sort()) {
    const char* const address = segment[item.index];
    // Records of one key have one word; where words differ the records need not be looked at, which
    // would be a cache miss for each.
    const bool may_be_same_key = !sorted.empty() && item.word == word_before;
    if (may_be_same_key && supersedes(sorted.back(), address, keep)) continue;
    sorted.push_back(address);
    word_before = item.word;
  }
  if (sorted.size() < sorted.capacity() / 2) sorted.shrink_to_fit();
  segment = std::move(sorted);
}

MemoryCursor::MemoryCursor(const MemoryRun& run, ByteView from) noexcept : run_(&run) {
  if (from.empty()) return;
  const auto ends_below = [from](const Segment& segment) {
    return stored_key(segment.back()) < from;
  };
  const auto segment = std::ranges::partition_point(run.segments, ends_below);
  next_segment_ = static_cast<std::size_t>(segment - run.segments.begin());
  if (!next_segment()) return;
  at_ = std::partition_point(at_, end_, [from](const char* at) { return stored_key(at) < from; });
}

bool MemoryCursor::next_segment() noexcept {
  if (next_segment_ == run_->segments.size()) return false;
  const Segment& segment = run_->segments[next_segment_++];
  at_ = segment.data();
  end_ = at_ + segment.size();
  return true;
}

}  // namespace persist::store
