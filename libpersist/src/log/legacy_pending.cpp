#include "log/legacy_pending.hpp"

#include <algorithm>

namespace persist::log {
namespace {

ByteView key_of(const PendingRecord& record, ByteView bytes, std::uint64_t offset) {
  return bytes.substr(static_cast<std::size_t>(record.offset - offset) + record.shape.key_at,
                      static_cast<std::size_t>(record.shape.key_length));
}

RecordView view_of(const PendingRecord& record, ByteView bytes, std::uint64_t offset) {
  RecordView view{key_of(record, bytes, offset), record.shape.version, std::nullopt};
  if (record.shape.has_value) {
    view.value =
        bytes.substr(static_cast<std::size_t>(record.offset - offset + record.shape.value_at()),
                     static_cast<std::size_t>(record.shape.value_length));
  }
  return view;
}

Trust trust_between(const PendingDamage* front, const PendingDamage* back) {
  if (front != nullptr && front->findings.back_is_partial) return Trust::partial;
  if (back != nullptr && back->findings.front_is_partial) return Trust::partial;
  if (front != nullptr) return Trust::uncertain;
  if (back != nullptr && !back->findings.front_is_whole) return Trust::uncertain;
  return Trust::whole;
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

void LegacyPending::add_damage(PendingDamage damage) {
  if (damage.length == 0) return;
  if (!damages_.empty() && damages_.back().before == damage.before &&
      damages_.back().offset + damages_.back().length == damage.offset) {
    damages_.back().length += damage.length;
    return;
  }
  damages_.push_back(std::move(damage));
}

void LegacyPending::cut(std::size_t count) {
  records.resize(count);
  std::erase_if(damages_, [count](const PendingDamage& damage) { return damage.before > count; });
}

std::uint64_t LegacyPending::front(std::uint64_t otherwise) const noexcept {
  return records.empty() ? otherwise : records.front().offset;
}

bool LegacyPending::continues(std::size_t index, ByteView bytes, std::uint64_t offset) const {
  const PendingRecord& last = records[index - 1];
  const PendingRecord& next = records[index];
  return next.shape.version == last.shape.version && next.offset == last.end() &&
         key_of(next, bytes, offset) > key_of(last, bytes, offset);
}

std::size_t LegacyPending::settled(std::size_t held_back, ByteView bytes,
                                   std::uint64_t offset) const {
  if (records.size() <= held_back) return 0;
  std::size_t count = records.size() - held_back;
  while (count > 0 && continues(count, bytes, offset)) --count;
  return count;
}

bool LegacyPending::emit_commit(std::size_t first, std::size_t end, const PendingDamage* front,
                                const PendingDamage* back, ByteView bytes, std::uint64_t offset) {
  views_.clear();
  for (std::size_t i = first; i < end; ++i) views_.push_back(view_of(records[i], bytes, offset));
  Commit commit;
  commit.offset = records[first].offset;
  commit.length = records[end - 1].end() - commit.offset;
  commit.version = records[first].shape.version;
  commit.records = views_;
  commit.trust = trust_between(front, back);
  return emitter_.commit(commit);
}

bool LegacyPending::emit(std::size_t count, bool with_last_damage, ByteView bytes,
                         std::uint64_t offset) {
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
    while (end < count && continues(end, bytes, offset)) ++end;
    const bool touches = damage != damages_.end() && damage->before == end;
    wants_more = emit_commit(first, end, front, touches ? &*damage : nullptr, bytes, offset);
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
