#include "log/legacy_pending.hpp"

#include <algorithm>
#include <map>
#include <persist/release_line.hpp>
#include <utility>

#include "log/legacy_copies.hpp"

namespace persist::log {
namespace {

constexpr std::size_t held_back_records = 24;
constexpr std::size_t most_held_back_records = 256;
constexpr std::uint64_t held_back_near_damage_bytes = 4 << 10;

RecordView view_of(const PendingRecord& record, const Stretch& stretch) {
  RecordView view{stretch.key_of(record), record.shape.version, std::nullopt};
  if (record.shape.has_value) {
    view.value = stretch.part(record.offset + record.shape.value_at(), record.shape.value_length);
  }
  return view;
}

std::vector<ByteView> bytes_of(std::span<const PendingRecord> records, const Stretch& stretch) {
  std::vector<ByteView> bytes;
  for (const PendingRecord& record : records) {
    bytes.push_back(stretch.part(record.offset, record.shape.length));
  }
  return bytes;
}

std::vector<ByteView> keys_of(std::span<const PendingRecord> records, const Stretch& stretch) {
  std::vector<ByteView> keys;
  for (const PendingRecord& record : records) keys.push_back(stretch.key_of(record));
  return keys;
}

Damage damage_of(const PendingDamage& pending) {
  Damage damage;
  damage.offset = pending.offset;
  damage.length = pending.length;
  damage.code =
      pending.findings.begins_like_a_record ? DamageCode::torn_record : DamageCode::damaged_records;
  damage.message = pending.findings.begins_like_a_record ? "a record was cut or altered here"
                                                         : "the bytes here are no records";
  if (pending.findings.version != 0) damage.version = pending.findings.version;
  damage.keys = pending.findings.keys;
  return damage;
}

}  // namespace

void LegacyPending::add_damage(GapFindings findings, std::uint64_t offset, std::uint64_t length,
                               ByteView bytes) {
  if (length == 0) return;
  judge_.note_damage(findings.is_copy ? ByteView() : bytes, findings.hidden, offset + length);
  if (!damages_.empty() && damages_.back().before == records.size() &&
      damages_.back().offset + damages_.back().length == offset) {
    damages_.back().length += length;
    return;
  }
  damages_.push_back({records.size(), offset, length, std::move(findings)});
}

void LegacyPending::cut(std::size_t count) {
  records.resize(count);
  std::erase_if(damages_, [count](const PendingDamage& damage) { return damage.before > count; });
}

bool LegacyPending::continues(std::size_t index, const Stretch& stretch) const {
  const PendingRecord& last = records[index - 1];
  const PendingRecord& next = records[index];
  return next.shape.version == last.shape.version && next.offset == last.end() &&
         stretch.key_of(next) > stretch.key_of(last);
}

std::size_t LegacyPending::settled(const Stretch& stretch) const {
  if (records.size() <= held_back_records) return 0;
  std::size_t count = records.size() - held_back_records;
  if (judge_.is_watching(records.front().offset)) {
    const std::uint64_t end = records.back().end();
    while (count > 0 && records.size() - count < most_held_back_records &&
           end - records[count].offset < held_back_near_damage_bytes) {
      --count;
    }
  }
  while (count > 0 && continues(count, stretch)) --count;
  return count;
}

// Whether another part of the commit, not a copy of this one, was read or lies in damage.
bool LegacyPending::has_other_part(std::size_t first, std::size_t end,
                                   const Stretch& stretch) const {
  const Version version = records[first].shape.version;
  const std::vector<ByteView> own =
      bytes_of(std::span(records).subspan(first, end - first), stretch);
  if (judge_.has_other_part(version, own)) return true;
  for (std::size_t i = end; i < records.size(); ++i) {
    if (records[i].shape.version != version) continue;
    const ByteView other = stretch.part(records[i].offset, records[i].shape.length);
    if (std::ranges::find(own, other) == own.end()) return true;
  }
  return false;
}

// Two parts of one commit with other records between them, or a step back over damage that is wider
// than writers overlap here: no writer leaves that.
void LegacyPending::find_displacement(const Stretch& stretch) {
  for (const PendingDamage& damage : damages_) {
    if (damage.before == 0 || damage.before >= records.size()) continue;
    const PendingRecord& front = records[damage.before - 1];
    const PendingRecord& back = records[damage.before];
    if (judge_.is_far_back(front.shape.version, back.shape.version)) {
      judge_.note_displacement(front.offset, back.end());
    }
  }
  std::map<Version, std::size_t> last_of;  // index of the last record of each version
  for (std::size_t i = 0; i < records.size(); ++i) {
    const Version version = records[i].shape.version;
    const auto [found, is_new] = last_of.try_emplace(version, i);
    if (is_new) continue;
    const std::size_t before = std::exchange(found->second, i);
    const bool is_apart = std::any_of(
        records.begin() + static_cast<std::ptrdiff_t>(before) + 1,
        records.begin() + static_cast<std::ptrdiff_t>(i),
        [version](const PendingRecord& between) { return between.shape.version != version; });
    if (!is_apart || stretch.key_of(records[before]) == stretch.key_of(records[i])) continue;
    judge_.note_displacement(records[before].offset, records[i].end());
  }
}

// Behind damage within a value lie the copies of records that it holds: of versions that a counter
// gave to others, or that are not those with which the log goes on.
bool LegacyPending::may_be_copy(std::size_t first) const {
  constexpr Version widest_counted = 64;
  constexpr Version longest_rest_ns = 3'600'000'000'000;
  const std::uint64_t offset = records[first].offset;
  if (judge_.may_be_copy(offset)) return true;
  if (!judge_.is_watching(offset)) return false;
  const Version version = records[first].shape.version;
  if (outliers_.has_met(version)) return true;
  const Version most = is_clock_version(version) ? longest_rest_ns : widest_counted;
  return judge_.may_hold_copies() &&
         std::any_of(records.begin() + static_cast<std::ptrdiff_t>(first), records.end(),
                     [=](const PendingRecord& behind) {
                       return distance(version, behind.shape.version) > most;
                     });
}

Trust LegacyPending::trust_of(std::size_t first, std::size_t end, const PendingDamage* front,
                              const PendingDamage* back, const Stretch& stretch) const {
  const bool is_copy = may_be_copy(first);
  if (front == nullptr && back == nullptr) return is_copy ? Trust::uncertain : Trust::whole;
  const bool is_hit = (front != nullptr && front->findings.back_is_partial) ||
                      (back != nullptr && back->findings.front_is_partial) ||
                      has_other_part(first, end, stretch);
  // Of a stretch that was moved only the records over its edges are lost, and who wrote a key last
  // is told by all the others together.
  if (is_hit) {
    const bool counts =
        judge_.is_displaced(records[first].offset) ||
        judge_.follows_uncertain(records[first].shape.version,
                                 keys_of(std::span(records).subspan(first, end - first), stretch));
    return counts ? Trust::uncertain : Trust::partial;
  }
  const bool is_proven = front == nullptr && back->findings.front_is_whole && !is_copy;
  return is_proven ? Trust::whole : Trust::uncertain;
}

bool LegacyPending::emit_commit(std::size_t first, std::size_t end, Trust trust,
                                const Stretch& stretch) {
  views_.clear();
  for (std::size_t i = first; i < end; ++i) views_.push_back(view_of(records[i], stretch));
  Commit commit;
  commit.offset = records[first].offset;
  commit.length = records[end - 1].end() - commit.offset;
  commit.version = records[first].shape.version;
  commit.records = views_;
  commit.trust = trust;
  outliers_.note(commit.version);
  if (trust == Trust::uncertain) {
    judge_.note_uncertain(commit.version,
                          keys_of(std::span(records).subspan(first, end - first), stretch));
  }
  if (judge_.is_watching(commit.offset)) {
    judge_.note_commit(commit.version,
                       bytes_of(std::span(records).subspan(first, end - first), stretch));
  }
  return emitter_.commit(commit);
}

// Records with an altered version become damage. Returns how many are left of the first `count`.
std::size_t LegacyPending::set_outliers_aside(std::size_t count, const Stretch& stretch) {
  const KeyOf key_of = [&stretch](const PendingRecord& record) { return stretch.key_of(record); };
  const std::vector<std::size_t> outliers = outliers_.find(records, count, key_of);
  if (!outliers.empty() && is_proven_ && is_proven_()) return count;
  return set_aside(outliers, true, count, stretch);
}

// Records that a value behind damage held become damage, too.
std::size_t LegacyPending::set_copies_aside(std::size_t count, const Stretch& stretch) {
  if (damages_.empty() || !judge_.may_hold_copies()) return count;
  std::vector<std::size_t> behind;
  for (const PendingDamage& damage : damages_) behind.push_back(damage.before);
  std::vector<std::size_t> copies = contradicted_copies(records, behind);
  std::erase_if(copies, [count](std::size_t at) { return at >= count; });
  return set_aside(copies, false, count, stretch);
}

// `indexes`: ascending, below `count`; `are_lost`: they were records of the log.
std::size_t LegacyPending::set_aside(const std::vector<std::size_t>& indexes, bool are_lost,
                                     std::size_t count, const Stretch& stretch) {
  for (auto index = indexes.rbegin(); index != indexes.rend(); ++index) {
    const PendingRecord record = records[*index];
    PendingDamage damage{*index, record.offset, record.shape.length, {}};
    damage.findings.begins_like_a_record = are_lost;
    if (are_lost) damage.findings.keys.emplace_back(stretch.key_of(record));
    judge_.note_damage(stretch.part(record.offset, record.shape.length), {}, record.end());
    records.erase(records.begin() + static_cast<std::ptrdiff_t>(*index));
    auto behind = std::ranges::upper_bound(damages_, *index, {}, &PendingDamage::before);
    for (auto later = behind; later != damages_.end(); ++later) --later->before;
    damages_.insert(behind, std::move(damage));
    --count;
  }
  return count;
}

bool LegacyPending::emit(std::size_t count, bool with_last_damage, const Stretch& stretch) {
  count = set_copies_aside(set_outliers_aside(count, stretch), stretch);
  if (damages_.size() > 1) find_displacement(stretch);
  auto damage = damages_.begin();
  const PendingDamage* front = nullptr;
  bool wants_more = true;
  for (std::size_t first = 0; first < count && wants_more;) {
    for (; damage != damages_.end() && damage->before == first && wants_more; ++damage) {
      wants_more = emitter_.damage(damage_of(*damage));
      front = &*damage;
    }
    if (!wants_more) break;
    std::size_t end = first + 1;
    while (end < count && continues(end, stretch)) ++end;
    const bool touches = damage != damages_.end() && damage->before == end;
    const Trust trust = trust_of(first, end, front, touches ? &*damage : nullptr, stretch);
    wants_more = emit_commit(first, end, trust, stretch);
    front = nullptr;
    first = end;
  }
  for (; with_last_damage && wants_more && damage != damages_.end(); ++damage) {
    Damage last = damage_of(*damage);
    last.is_torn_tail = emitter_.log_ends_at(last.offset + last.length);
    wants_more = emitter_.damage(last);
  }
  records.erase(records.begin(), records.begin() + static_cast<std::ptrdiff_t>(count));
  damages_.erase(damages_.begin(), damage);
  for (PendingDamage& left : damages_) left.before -= count;
  return wants_more;
}

}  // namespace persist::log
