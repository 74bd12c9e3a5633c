#include "snapshot/entry_queue.hpp"

#include <algorithm>

#include "format_text.hpp"

namespace persist::snapshot {

ByteView EntryQueue::bytes(std::size_t index) const noexcept {
  const Item& item = items_[index];
  return window_.bytes().substr(static_cast<std::size_t>(item.offset - window_.offset()),
                                item.length);
}

ByteView EntryQueue::key(std::size_t index) const noexcept {
  return bytes(index).substr(items_[index].key_at, items_[index].key_length);
}

std::optional<ByteView> EntryQueue::last_key(std::size_t dropped) const noexcept {
  if (dropped < items_.size()) return key(items_.size() - 1 - dropped);
  if (has_yielded_) return last_yielded_key_;
  return std::nullopt;
}

std::size_t EntryQueue::count_beyond(std::uint64_t offset) const noexcept {
  std::size_t count = 0;
  while (count < items_.size()) {
    const Item& item = items_[items_.size() - 1 - count];
    if (item.offset + item.length <= offset) break;
    ++count;
  }
  return count;
}

std::size_t EntryQueue::count_not_below(ByteView key) const noexcept {
  std::size_t low = 0;
  std::size_t high = items_.size();
  while (low < high) {
    const std::size_t middle = (low + high) / 2;
    if (this->key(middle) < key) {
      low = middle + 1;
    } else {
      high = middle;
    }
  }
  return items_.size() - low;
}

void EntryQueue::learn(std::span<const VersionedValue> versions) noexcept {
  ++summary_.entries;
  summary_.versions += versions.size();
  for (const VersionedValue& item : versions) {
    if (!item.value) summary_.holds_history = true;
    if (summary_.min_version == 0 || item.version < summary_.min_version) {
      summary_.min_version = item.version;
    }
    summary_.max_version = std::max(summary_.max_version, item.version);
  }
  if (versions.size() > 1) summary_.holds_history = true;
  const bool is_clock = is_clock_version(versions.back().version);
  if (shape_.clock_versions && *shape_.clock_versions != is_clock) mixed_versions_ = true;
  if (mixed_versions_) {
    shape_.clock_versions.reset();
  } else {
    shape_.clock_versions = is_clock;
  }
}

Damage EntryQueue::impossible_version(const Item& item, ByteView key, std::string message) const {
  const FileRange range = source_.file_range(item.offset, item.offset + item.length);
  Damage damage;
  damage.offset = range.offset;
  damage.length = range.length;
  damage.code = DamageCode::impossible_version;
  damage.message = std::move(message);
  damage.keys.emplace_back(key);
  return damage;
}

void EntryQueue::clamp_to_covered(const Item& item, ByteView key) {
  Damage damage =
      impossible_version(item, key,
                         format_text("version {} is above {}, which the header says is the newest",
                                     versions_.back().version, shape_.greatest_version));
  damage.may_hold_commits = false;
  report(damage);
  // What is above `covered` in the log is younger and what is at or below it is in the snapshot:
  // whatever the version was, `covered` says the same about the value.
  versions_.front() = versions_.back();
  versions_.resize(1);
  versions_.front().version = shape_.greatest_version;
}

void EntryQueue::hand_on(const Item& item) {
  const ByteView bytes =
      window_.bytes().substr(static_cast<std::size_t>(item.offset - window_.offset()), item.length);
  formats::Cursor cursor(bytes);
  // It decoded when it was queued.
  const auto key = formats::take_snapshot_entry(cursor, versions_);
  if (!key) return;
  if (summary_.covered && versions_.back().version >= version_limit_1_1) {
    // Only line 1.1 writes headers, and it refuses such a version.
    return report(impossible_version(
        item, *key,
        format_text("version {}, which line 1.1 does not give out", versions_.back().version)));
  }
  const bool is_above = versions_.back().version > shape_.greatest_version;
  if (is_above) clamp_to_covered(item, *key);
  if (is_stopped()) return;
  learn(versions_);
  summary_.decoded_bytes += item.length;
  SnapshotEntry entry{*key, versions_, item.offset, item.length, item.uncertain || is_above};
  if (entry.uncertain) {
    entry.file_offset = source_.file_range(item.offset, item.offset + item.length).offset;
  }
  if (!sink_.on_entry(entry)) summary_.stopped = true;
}

void EntryQueue::yield(std::size_t count) {
  if (count == 0) return;
  for (std::size_t i = 0; i < count && !is_stopped(); ++i) hand_on(items_[i]);
  last_yielded_key_ = key(count - 1);
  has_yielded_ = true;
  items_.erase(items_.begin(), items_.begin() + static_cast<std::ptrdiff_t>(count));
}

void EntryQueue::report(const Damage& damage) {
  summary_.is_complete = false;
  if (!is_stopped() && !sink_.on_damage(damage)) summary_.stopped = true;
}

CoverCount count_above(ByteView bytes, Version covered) noexcept {
  CoverCount count;
  for (;;) {
    const EntryScan entry = scan_entry(bytes, Decoding::until_fault);
    if (entry.fault != EntryFault::none) return count;
    ++count.entries;
    if (entry.newest > covered) ++count.above;
    bytes.remove_prefix(static_cast<std::size_t>(entry.length_bytes));
  }
}

}  // namespace persist::snapshot
