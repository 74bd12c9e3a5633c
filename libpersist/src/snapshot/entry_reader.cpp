#include "snapshot/entry_reader.hpp"

#include <algorithm>

namespace persist::snapshot {
namespace {

// Entries are held back for this long, so that what follows can still speak against them.
constexpr std::size_t held_back_bytes = std::size_t{64} << 10U;
// Enough to recognize entries by.
constexpr std::size_t peeked_bytes = std::size_t{256} << 10U;
// An entry that is longer than this is looked into before it is believed: a damaged length may have
// made it swallow all its successors.
constexpr std::size_t long_entry_bytes = std::size_t{4} << 20U;

}  // namespace

Result<> EntryReader::run() {
  PERSIST_TRY(check_covered());
  while (!is_done_ && !queue_.is_stopped()) {
    scan_window();
    PERSIST_TRY_ASSIGN(const bool goes_on, may_go_on());
    if (goes_on) {
      PERSIST_TRY(read_on());
    } else if (rest().empty() || (window_.gap() && fault_.fault == EntryFault::truncated)) {
      PERSIST_TRY(end_segment());
    } else {
      PERSIST_TRY(resolve_break());
    }
  }
  return {};
}

// A `covered` that many entries contradict is itself what is damaged, and so is 0 in front of any:
// versions begin at 1.
Result<> EntryReader::check_covered() {
  if (!summary_.covered) return {};
  // Damage that took nothing away may come before the first bytes.
  do {
    PERSIST_TRY(window_.extend());
  } while (window_.bytes().empty() && !window_.is_segment_complete());
  const Version covered = *summary_.covered;
  const CoverCount count = count_above(window_.bytes(), covered);
  const bool is_contradicted = count.above >= 2 && count.above * 4 > count.entries;
  const bool is_possible = covered < version_limit_1_1 && (covered > 0 || window_.bytes().empty());
  if (is_possible && !is_contradicted) {
    // What follows damage that hides the first entries may be above it still.
    if (covered > 0) queue_.expect_versions_up_to(covered);
    return {};
  }
  covered_is_wrong_ = true;
  Damage damage;
  damage.offset = formats::snapshot_magic.size() + 1;
  damage.length = sizeof(Version);
  damage.code = DamageCode::damaged_header;
  damage.message = "the header's version " + std::to_string(covered) +
                   (is_contradicted ? " is below those of many entries" : " is one that cannot be");
  damage.may_hold_commits = false;
  queue_.report(damage);
  return {};
}

// Queues entries until the window or their order ends; fault_ then says what is behind the newest.
void EntryReader::scan_window() {
  std::optional<ByteView> previous = queue_.last_key();
  ByteView bytes = rest();
  for (;;) {
    fault_ = scan_entry(bytes, Decoding::whole);
    if (fault_.fault != EntryFault::none) return;
    if (previous && fault_.key <= *previous) return;
    queue_.push(at_, bytes, fault_, head_is_uncertain_);
    head_is_uncertain_ = false;
    previous = fault_.key;
    at_ += fault_.length_bytes;
    bytes.remove_prefix(static_cast<std::size_t>(fault_.length_bytes));
  }
}

// Whether what is missing may simply not have been read yet.
bool EntryReader::needs_more() const noexcept {
  if (fault_.fault != EntryFault::truncated || window_.is_segment_complete()) return false;
  const std::size_t held = rest().size();
  // Even where no bytes can follow, damage may.
  return held == 0 || fault_.length_bytes <= held ||
         fault_.length_bytes - held <= window_.remaining_bytes();
}

Result<bool> EntryReader::may_go_on() {
  if (!needs_more()) return false;
  PERSIST_TRY_ASSIGN(const bool swallows, swallows_entries());
  return !swallows;
}

// A long entry with others inside and nothing where it ends.
Result<bool> EntryReader::swallows_entries() {
  const std::size_t held = rest().size();
  if (long_entry_at_ != at_) next_look_into_it_ = long_entry_bytes;
  if (held < next_look_into_it_) return false;
  long_entry_at_ = at_;
  next_look_into_it_ = 2 * held;
  const std::size_t begin = in_window(at_);
  if (!find_resume(begin + 1, begin + held / 2)) return false;
  PERSIST_TRY_ASSIGN(const bool followed, is_followed(at_ + fault_.length_bytes, fault_.key));
  return !followed;
}

// Whether entries go on, or the file ends, where one with this key would end. What cannot be looked
// at is under a checksum that says so.
Result<bool> EntryReader::is_followed(std::uint64_t end, ByteView key) {
  const auto size = source_.size_bytes();
  if (!size || end == *size) return true;
  std::string bytes(peeked_bytes, '\0');
  PERSIST_TRY_ASSIGN(const std::size_t length, source_.peek(end, bytes));
  bytes.resize(length);
  const ChainSearch search{bytes, end + length == *size, 0, queue_.shape()};
  return is_chain(search, 0, key, 0);
}

Result<> EntryReader::read_on() {
  std::size_t settled = 0;
  while (settled + 1 < queue_.size() && queue_.item(settled).offset + held_back_bytes < at_) {
    ++settled;
  }
  queue_.yield(settled);
  window_.drop_front(in_window(queue_.empty() ? at_ : queue_.item(0).offset));
  PERSIST_TRY(window_.extend());
  for (const Damage& note : window_.take_notes()) queue_.report(note);
  return {};
}

// Everything up to a gap or the end of the stream is settled. What the gap cut in two is part of
// it.
Result<> EntryReader::end_segment() {
  queue_.yield_all();
  for (const Damage& note : window_.take_notes()) queue_.report(note);
  if (!window_.gap()) {
    is_done_ = true;
    // A lost beginning may have hidden that there are entries.
    const bool hides_entries = summary_.covered == Version{0} && summary_.entries > 0;
    if (covered_is_wrong_ || hides_entries) summary_.covered = summary_.max_version;
    return {};
  }
  Damage gap = *window_.gap();
  if (fault_.has_key && !rest().empty()) gap.keys.emplace_back(fault_.key);
  queue_.report(gap);
  window_.begin_segment();
  at_ = window_.offset();
  return search_on(nullptr);
}

}  // namespace persist::snapshot
