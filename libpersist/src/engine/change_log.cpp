#include "engine/change_log.hpp"

#include <algorithm>
#include <limits>
#include <new>

namespace persist::engine {
namespace {

// Above all that anybody asks for.
constexpr Version not_yet = std::numeric_limits<Version>::max();

}  // namespace

void ChangeLog::make_room(std::size_t changes) {
  if (room_ >= changes) return;
  changes_.resize(changes_.size() + changes - room_, {not_yet, nullptr, nullptr});
  room_ = changes;
}

void ChangeLog::add(KeyNode& node) noexcept {
  ValueVersion* const written = node.newest.load(std::memory_order_relaxed);
  changes_[changes_.size() - room_--] = {written->version, &node, written};
  if (written->older.load(std::memory_order_relaxed) == nullptr) {
    ++counts_.keys;
    counts_.data_bytes += node.key().size();
  }
  ++counts_.versions;
  counts_.data_bytes += written->length_bytes();
}

void ChangeLog::add_loaded(KeyNode& node) {
  ValueVersion* const newest = node.newest.load(std::memory_order_relaxed);
  const bool has_past = newest->older.load(std::memory_order_relaxed) != nullptr;
  ++counts_.keys;
  counts_.data_bytes += node.key().size();
  for (ValueVersion* version = newest; version != nullptr;
       version = version->older.load(std::memory_order_relaxed)) {
    ++counts_.versions;
    counts_.data_bytes += version->length_bytes();
    if (has_past || version->is_deleted()) {
      changes_.push_back({version->version, &node, version});
    }
  }
}

void ChangeLog::finish_loading() {
  std::ranges::sort(changes_, {}, &Change::version);
}

bool ChangeLog::has_change_in(const ReadSet& reads, Version version) const {
  if (reads.is_empty()) return false;
  const auto end = changes_.end() - static_cast<std::ptrdiff_t>(room_);
  const auto first = std::ranges::upper_bound(changes_.begin(), end, version, {}, &Change::version);
  return std::any_of(first, end,
                     [&](const Change& change) { return reads.contains(change.node->key()); });
}

bool ChangeLog::has_work(Version needed_from) const noexcept {
  return !retired_.empty() || (!changes_.empty() && changes_.front().version <= needed_from);
}

void ChangeLog::collect(Version needed_from, Version newest, Version oldest_pinned) noexcept {
  while (!retired_.empty() && retired_.front().at < oldest_pinned && retired_.front().at < newest) {
    retired_.pop_front();
  }
  while (!changes_.empty() && changes_.front().version <= needed_from) {
    if (!collect_behind(changes_.front(), newest)) return;
    changes_.pop_front();
  }
}

// What the change wrote is visible wherever anybody looks, or hidden by a later one. It is there
// still: only that later change, whose turn comes after this one's, would have freed it. False:
// there is no memory to retire the key.
bool ChangeLog::collect_behind(const Change& change, Version newest) noexcept {
  KeyNode& node = *change.node;
  ValueVersion* older = change.written->older.exchange(nullptr, std::memory_order_acq_rel);
  while (older != nullptr) {
    ValueVersion* const next = older->older.load(std::memory_order_relaxed);
    free_version(older);
    older = next;
  }
  // A later change of the same key would find it gone: the last one takes it out.
  const bool is_newest = node.newest.load(std::memory_order_relaxed) == change.written;
  if (!is_newest || !change.written->is_deleted()) return true;
  // Before it is taken out: readers may stand on a key that nothing would hold.
  if (!make_room_to_retire()) return false;
  --counts_.keys;
  --counts_.versions;
  counts_.data_bytes -= node.key().size();
  retired_.back() = {store_.remove(node), newest};
  return true;
}

bool ChangeLog::make_room_to_retire() noexcept {
  try {
    retired_.emplace_back();
  } catch (const std::bad_alloc&) {
    return false;
  }
  return true;
}

void ChangeLog::free_version(ValueVersion* version) noexcept {
  --counts_.versions;
  counts_.data_bytes -= version->length_bytes();
  DestroyVersion{}(version);
}

}  // namespace persist::engine
