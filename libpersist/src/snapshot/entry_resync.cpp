// EntryReader's way over damage: where entries go on behind it.

#include <algorithm>

#include "format_text.hpp"
#include "snapshot/entry_reader.hpp"

namespace persist::snapshot {
namespace {

// A chain of entries is judged by at least so many bytes, if there are.
constexpr std::size_t judged_bytes = std::size_t{2} << 20U;
// How far before a break its cause is looked for: a damaged length shows only when what was
// swallowed ends, and by chance that may look like an entry or two.
constexpr std::size_t suspected_entries = 4;
// An entry behind damage whose key shares this much with a neighbour's begins where it seems to.
constexpr std::size_t vouching_prefix_length = 2;

std::uint64_t count_zeros(ByteView bytes) noexcept {
  return static_cast<std::uint64_t>(std::ranges::count(bytes, '\0'));
}

// Zeros decode to entries that cannot be; a first byte above 0xFD to none at all.
bool cannot_begin_entry(ByteView bytes, std::size_t at) noexcept {
  const auto first = static_cast<unsigned char>(bytes[at]);
  return first > formats::varint_tag_u64 ||
         (first == 0 && at + 1 < bytes.size() && bytes[at + 1] == '\0');
}

}  // namespace

Result<> EntryReader::look_ahead() {
  const std::size_t keep = in_window(queue_.empty() ? at_ : queue_.item(0).offset);
  window_.drop_front(keep);
  while (!window_.is_segment_complete() && rest().size() < 2 * judged_bytes) {
    PERSIST_TRY(window_.extend());
  }
  return {};
}

std::size_t EntryReader::judgeable_end() const noexcept {
  const std::size_t size = window_.bytes().size();
  return window_.is_segment_complete() ? size : size - std::min(size, judged_bytes);
}

// Where in [from, to) of the window entries go on beyond the break. Before the break that is the
// first such offset: an entry that swallowed others is worth less than they are. Behind it, the
// offset that leaves out the fewest bytes.
std::optional<EntryReader::Resume> EntryReader::find_resume(std::size_t from,
                                                            std::size_t to) const {
  const ByteView bytes = window_.bytes();
  const std::size_t broken_at = in_window(at_);
  const ChainSearch search{bytes, window_.is_segment_complete() && !window_.gap(), broken_at,
                           queue_.shape()};
  std::optional<Resume> best;
  for (std::size_t at = from; at < to; ++at) {
    if (cannot_begin_entry(bytes, at)) continue;
    const EntryScan head = scan_entry(bytes.substr(at), Decoding::until_fault);
    if (head.fault != EntryFault::none) continue;
    const std::uint64_t offset = window_.offset() + at;
    const std::size_t dropped =
        at < broken_at ? queue_.count_beyond(offset) : queue_.count_not_below(head.key);
    if (!is_chain(search, at, queue_.last_key(dropped), dropped)) continue;
    const Resume found = cheapest(innermost({offset, dropped, 0, false}));
    if (found.at < at_) return found;
    if (!best || found.left_out_bytes < best->left_out_bytes) best = found;
    to = std::min(to, broken_at + best->left_out_bytes);
  }
  return best && best->dropped > 0 ? earliest_inside(*best) : best;
}

// Queued entries that are left out may themselves have swallowed others, up to where entries go on.
EntryReader::Resume EntryReader::earliest_inside(Resume found) const {
  const ByteView bytes = window_.bytes();
  const ChainSearch search{bytes, window_.is_segment_complete() && !window_.gap(), 0,
                           queue_.shape()};
  const std::size_t end = in_window(found.at);
  const std::size_t begin = in_window(queue_.item(queue_.size() - found.dropped).offset);
  for (std::size_t at = begin + 1; at < end; ++at) {
    if (cannot_begin_entry(bytes, at)) continue;
    if (!is_chain(search, at, queue_.last_key(found.dropped), found.dropped)) continue;
    found.at = window_.offset() + at;
    found.left_out_bytes = at - begin;
    return found;
  }
  return found;
}

// An entry's key that contains another entry's beginning is none: damage ends there.
EntryReader::Resume EntryReader::innermost(Resume found) const {
  const ByteView bytes = window_.bytes();
  const std::size_t begin = in_window(found.at);
  const EntryScan head = scan_entry(bytes.substr(begin), Decoding::until_fault);
  const ByteView lower = queue_.last_key(found.dropped).value_or(ByteView{});
  const std::size_t end = begin + static_cast<std::size_t>(head.length_bytes);
  const auto key_end = static_cast<std::size_t>(head.key.data() + head.key.size() - bytes.data());
  const ByteView upper = scan_entry(bytes.substr(end), Decoding::until_fault).key;
  // Where all keys are of one length, this one's speaks for itself.
  if (head.key.size() == lower.size() && head.key.size() == upper.size()) return found;
  for (std::size_t at = begin + 1; at < key_end; ++at) {
    const EntryScan inner = scan_entry(bytes.substr(at, end - at), Decoding::until_fault);
    if (inner.fault != EntryFault::none || at + inner.length_bytes != end) continue;
    const std::size_t dropped =
        in_window(at_) <= at ? queue_.count_not_below(inner.key) : found.dropped;
    if (dropped > found.dropped || inner.key <= lower) continue;
    if (end < bytes.size() && inner.key >= upper) continue;
    const std::size_t usual =
        end < bytes.size() ? std::min(lower.size(), upper.size()) : lower.size();
    if (inner.key.size() < usual / 2) continue;
    found.at = window_.offset() + at;
    found.dropped = dropped;
  }
  return found;
}

// Keys out of order: either the queued ones that are not below the chain's are wrong, or the first
// of the chain are. The fewest are.
EntryReader::Resume EntryReader::cheapest(Resume found) const {
  Resume best = found;
  if (found.at >= at_) {
    ByteView bytes = window_.bytes().substr(in_window(found.at));
    std::uint64_t at = found.at;
    std::size_t least = found.dropped;
    for (std::size_t skipped = 0; skipped <= found.dropped; ++skipped) {
      const EntryScan entry = scan_entry(bytes, Decoding::until_fault);
      if (entry.fault != EntryFault::none) break;
      const std::size_t dropped = queue_.count_not_below(entry.key);
      if (skipped > 0 && skipped + dropped == least) best.is_tie = true;
      if (skipped + dropped < least) {
        least = skipped + dropped;
        best = {at, dropped, 0, false};
      }
      at += entry.length_bytes;
      bytes.remove_prefix(static_cast<std::size_t>(entry.length_bytes));
    }
  }
  const std::uint64_t kept_end =
      best.dropped == 0 ? at_ : queue_.item(queue_.size() - best.dropped).offset;
  best.left_out_bytes = best.at - kept_end;
  return best;
}

Result<> EntryReader::resolve_break() {
  PERSIST_TRY(look_ahead());
  const EntryScan fault = scan_entry(rest(), Decoding::whole);
  Loss loss = begin_loss(fault);
  const std::size_t suspects = std::min(queue_.size(), suspected_entries);
  const std::size_t from = suspects == 0
                               ? in_window(at_) + 1
                               : in_window(queue_.item(queue_.size() - suspects).offset) + 1;
  // Where what is there decodes but is out of order, it may be right and its predecessor wrong.
  if (const auto found = find_resume(from, judgeable_end())) {
    resume(*found, &loss);
    return {};
  }
  settle_newest(loss, nullptr);
  settle_false_delete(loss, nullptr);
  queue_.yield_all();
  return search_on(&loss);
}

EntryReader::Loss EntryReader::begin_loss(const EntryScan& fault) {
  Loss loss;
  loss.begin = loss.broken_at = at_;
  loss.fault = fault.fault;
  loss.first = source_.file_range(at_, at_ + 1);
  Damage& damage = loss.damage;
  damage.code = DamageCode::damaged_entry;
  if (has_length(fault.fault)) loss.fault_end = at_ + fault.length_bytes;
  switch (fault.fault) {
    case EntryFault::none:
      damage.code = DamageCode::entry_order;
      damage.message = "an entry whose key is not above the one before";
      break;
    case EntryFault::truncated:
      damage.message = "an entry that reaches beyond what is there";
      break;
    case EntryFault::undecodable:
      damage.message = "bytes that are no entry";
      break;
    case EntryFault::no_versions:
      damage.code = DamageCode::impossible_entry;
      damage.message = "an entry without versions";
      break;
    case EntryFault::bad_version:
      damage.code = DamageCode::impossible_version;
      damage.message = "an entry with a version that cannot be";
      break;
    case EntryFault::version_order:
      damage.code = DamageCode::entry_order;
      damage.message = "an entry whose versions do not ascend";
      break;
  }
  const auto last = queue_.last_key();
  if (fault.has_key && (fault.fault == EntryFault::none || !last || fault.key > *last)) {
    if (!fault.key.empty() || fault.fault == EntryFault::none) damage.keys.emplace_back(fault.key);
  }
  return loss;
}

// Goes on at `where`. `loss`: what lies before it; none when a gap was reported for that already.
void EntryReader::resume(const Resume& where, Loss* loss) {
  if (loss != nullptr) {
    if (where.dropped == 0 && where.at != loss->fault_end) settle_newest(*loss, &where);
    if (where.dropped == 0) settle_false_delete(*loss, &where);
    if (where.dropped > 0) {
      // What was found at the break is sound: its predecessor is not.
      if (where.at <= loss->broken_at) loss->damage.keys.clear();
      if (where.at < loss->broken_at) loss->damage.code = DamageCode::damaged_entry;
      leave_out_newest(*loss, where.dropped);
    }
    if (where.at > at_) loss->zero_bytes += count_zeros(rest().substr(0, where.at - at_));
    queue_.yield_all();
    finish_loss(*loss, where.at);
  }
  const ByteView bytes = window_.bytes().substr(in_window(where.at));
  const EntryScan head = scan_entry(bytes, Decoding::until_fault);
  const EntryScan next =
      scan_entry(bytes.substr(static_cast<std::size_t>(head.length_bytes)), Decoding::until_fault);
  const ByteView before = queue_.last_key().value_or(ByteView{});
  head_is_uncertain_ =
      where.is_tie || (common_prefix_length(before, head.key) < vouching_prefix_length &&
                       common_prefix_length(head.key, next.key) < vouching_prefix_length);
  at_ = where.at;
}

// Looks for entries from at_ on, however far away they are; nothing is queued. Without `loss` a gap
// came before, and what its end cut in two is part of it.
Result<> EntryReader::search_on(Loss* loss) {
  Loss unreadable;
  unreadable.begin = unreadable.broken_at = at_;
  unreadable.fault = EntryFault::undecodable;
  unreadable.damage.code = DamageCode::damaged_entry;
  unreadable.damage.message = "bytes that belong to no entry that is there";
  for (;;) {
    PERSIST_TRY(look_ahead());
    if (loss == nullptr && at_ == unreadable.begin && !rest().empty()) {
      unreadable.first = source_.file_range(at_, at_ + 1);
    }
    const std::size_t to = judgeable_end();
    if (const auto found = find_resume(0, to)) {
      resume(*found, loss);
      return {};
    }
    Loss& tail = loss != nullptr ? *loss : unreadable;
    tail.zero_bytes += count_zeros(window_.bytes().substr(0, to));
    at_ += to;
    if (window_.is_segment_complete()) {
      lose_tail(tail);
      return {};
    }
  }
}

// Reports the loss up to `end`, now that its end is known.
void EntryReader::finish_loss(Loss& loss, std::uint64_t end) {
  Damage& damage = loss.damage;
  const FileRange last = source_.file_range(end - 1, end);
  damage.offset = loss.first.offset;
  damage.length = last.offset + last.length - loss.first.offset;
  const std::uint64_t length = end - loss.broken_at;
  if (end > loss.broken_at && length >= 2 && 2 * loss.zero_bytes >= length) {
    damage.code = DamageCode::zero_fill;
    damage.message = "zeros where entries should be";
  } else if (damage.code != DamageCode::entry_order && damage.code != DamageCode::torn_entry &&
             end != loss.fault_end) {
    damage.code = DamageCode::damaged_entry;
  }
  damage.message += format_text(" ({} bytes)", end - loss.begin);
  queue_.report(damage);
}

// Nothing is found behind the break: it reaches to the end of the segment.
void EntryReader::lose_tail(Loss& loss) {
  if (at_ == loss.begin) return;
  const bool stream_ends = !window_.gap();
  const bool is_zero = at_ - loss.broken_at >= 2 && loss.zero_bytes == at_ - loss.broken_at;
  if (stream_ends && loss.fault == EntryFault::truncated) {
    loss.damage.code = DamageCode::torn_entry;
    loss.damage.message = "the file ends in the middle of an entry";
  }
  loss.damage.is_torn_tail = stream_ends && (is_zero || loss.fault == EntryFault::truncated);
  finish_loss(loss, at_);
}

}  // namespace persist::snapshot
