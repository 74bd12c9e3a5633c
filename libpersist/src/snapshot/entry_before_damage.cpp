// EntryReader's judgement of the entry right in front of damage: whether it is what was written.
#include <algorithm>
#include <persist/release_line.hpp>

#include "snapshot/entry_neighbour.hpp"
#include "snapshot/entry_reader.hpp"

namespace persist::snapshot {
namespace {

// From so many entries on each side it is learned which bytes are usual.
constexpr std::size_t profiled_entries = 16;

// Of an entry that decodes; empty for a delete.
ByteView newest_value(ByteView entry) {
  std::vector<VersionedValue> versions;
  formats::Cursor cursor(entry);
  if (!formats::take_snapshot_entry(cursor, versions) || versions.empty()) return {};
  return versions.back().value.value_or(ByteView{});
}

}  // namespace

// Since 0.23 a snapshot has of each key the latest version alone, and of a deleted one nothing. A
// delete right before damage is then a set whose option tag was overwritten. Headers tell that a
// snapshot is of those; without one, versions that are no clock, and nothing around that only older
// releases write.
bool EntryReader::is_false_delete(const Resume* where) const {
  if (queue_.empty()) return false;
  const auto is_history = [](const EntryScan& entry) {
    return entry.count > 1 || !entry.holds_value;
  };
  const std::size_t newest = queue_.size() - 1;
  const EntryScan last = scan_entry(queue_.bytes(newest), Decoding::whole);
  if (last.holds_value || last.count > 1) return false;
  if (summary_.is_headed) return true;
  if (is_clock_version(last.newest) || summary_.holds_history) return false;
  for (std::size_t i = 0; i < newest; ++i) {
    if (is_history(scan_entry(queue_.bytes(i), Decoding::until_fault))) return false;
  }
  if (where == nullptr) return true;
  ByteView behind = window_.bytes().substr(in_window(where->at));
  for (std::size_t i = 0; i < profiled_entries; ++i) {
    const EntryScan next = scan_entry(behind, Decoding::until_fault);
    if (next.fault != EntryFault::none) break;
    if (is_history(next)) return false;
    behind.remove_prefix(static_cast<std::size_t>(next.length_bytes));
  }
  return true;
}

void EntryReader::settle_false_delete(Loss& loss, const Resume* where) {
  if (is_false_delete(where)) leave_out_newest(loss, 1);
}

// The newest queued entry stands right before the damage: is it whole? `where`: where entries go
// on.
void EntryReader::settle_newest(Loss& loss, const Resume* where) {
  if (queue_.empty()) return;
  const std::size_t newest = queue_.size() - 1;
  Neighbourhood around;
  around.entry = queue_.bytes(newest);
  around.key = queue_.key(newest);
  for (std::size_t i = newest - std::min(newest, profiled_entries); i < newest; ++i) {
    around.profile.learn(newest_value(queue_.bytes(i)));
  }
  if (newest > 0) around.previous_key = queue_.key(newest - 1);
  around.value = newest_value(around.entry);
  around.rest = around.onward = rest();
  if (where != nullptr) {
    around.rest = rest().substr(0, static_cast<std::size_t>(where->at - at_));
    ByteView behind = window_.bytes().substr(in_window(where->at));
    EntryScan next = scan_entry(behind, Decoding::until_fault);
    around.next_key = next.key;
    for (std::size_t i = 0; i < profiled_entries && next.fault == EntryFault::none; ++i) {
      around.profile.learn(newest_value(behind));
      behind.remove_prefix(static_cast<std::size_t>(next.length_bytes));
      next = scan_entry(behind, Decoding::until_fault);
    }
  } else {
    around.stream_ends = window_.is_segment_complete() && !window_.gap();
  }
  const Standing standing = standing_of(around);
  if (standing == Standing::damaged) leave_out_newest(loss, 1);
  if (standing == Standing::uncertain) queue_.doubt_newest();
}

void EntryReader::leave_out_newest(Loss& loss, std::size_t count) {
  if (count == 0) return;
  const std::size_t first = queue_.size() - count;
  std::vector<std::string> keys;
  for (std::size_t i = first; i < queue_.size(); ++i) keys.emplace_back(queue_.key(i));
  keys.insert(keys.end(), loss.damage.keys.begin(), loss.damage.keys.end());
  loss.damage.keys = std::move(keys);
  loss.begin = queue_.item(first).offset;
  loss.first = source_.file_range(loss.begin, loss.begin + 1);
  queue_.drop_newest(count);
}

}  // namespace persist::snapshot
