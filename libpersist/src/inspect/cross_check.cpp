#include "inspect/cross_check.hpp"

#include <xxhash.h>

#include <algorithm>
#include <limits>
#include <persist/release_line.hpp>
#include <tuple>

namespace persist {
namespace {

std::uint64_t hash_of(ByteView bytes) {
  return XXH3_64bits(bytes.data(), bytes.size());
}

void count(CrossCheck::Count& count, std::uint64_t offset, std::uint64_t length) {
  if (count.records == 0 || offset < count.first_offset) {
    count.first_offset = offset;
    count.first_length = length;
  }
  ++count.records;
}

}  // namespace

void CrossCheck::add(const Commit& commit) {
  greatest_ = std::max(greatest_, commit.version);
  if (commit.version > limit_) return;
  committed_.add(commit.version);
  knows_all_commits_ = knows_all_commits_ && commit.trust == Trust::whole;
  for (const RecordView& record : commit.records) add(commit, record);
}

void CrossCheck::add(const Commit& commit, const RecordView& record) {
  const XXH128_hash_t key = XXH3_128bits(record.key.data(), record.key.size());
  if (key.high64 > max_hash_) return;
  if (marks_.size() == max_marks_) shrink();
  Mark mark;
  mark.key_high = key.high64;
  mark.key_low = key.low64;
  mark.version = record.version;
  mark.has_value = record.value.has_value();
  mark.value = record.value ? hash_of(*record.value) : 0;
  mark.offset = commit.offset;
  mark.length = static_cast<std::uint32_t>(
      std::min<std::uint64_t>(commit.length, std::numeric_limits<std::uint32_t>::max()));
  marks_.push_back(mark);
}

// Leaves each key's newest record, the last in the file of equal ones, and half of the keys when
// that does not make room.
void CrossCheck::shrink() {
  const auto order = [](const Mark& mark) {
    return std::tuple(mark.key_high, mark.key_low, mark.version, mark.offset);
  };
  std::ranges::sort(marks_, {}, order);
  const auto is_superseded = [](const Mark& mark, const Mark& next) {
    return mark.key_high == next.key_high && mark.key_low == next.key_low;
  };
  auto kept = marks_.begin();
  for (auto mark = marks_.begin(); mark != marks_.end(); ++mark) {
    if (mark + 1 == marks_.end() || !is_superseded(*mark, *(mark + 1))) *kept++ = *mark;
  }
  marks_.erase(kept, marks_.end());
  if (marks_.size() <= max_marks_ / 2) return;
  max_hash_ /= 2;
  std::erase_if(marks_, [this](const Mark& mark) { return mark.key_high > max_hash_; });
}

void CrossCheck::begin_entries() {
  shrink();
}

CrossCheck::Fate CrossCheck::fate_of(const Mark& mark,
                                     std::span<const VersionedValue> versions) const {
  for (const VersionedValue& item : versions) {
    if (item.version != mark.version) continue;
    const bool same = item.value.has_value() == mark.has_value &&
                      (!item.value || hash_of(*item.value) == mark.value);
    return same ? Fate::same : Fate::contradicted;
  }
  const bool is_older = !versions.empty() && versions.back().version < mark.version;
  return is_headed_ && is_older ? Fate::contradicted : Fate::agrees;
}

void CrossCheck::compare(ByteView key, std::span<const VersionedValue> versions) {
  has_entries_ = true;
  if (!versions.empty()) greatest_ = std::max(greatest_, versions.back().version);
  const XXH128_hash_t hash = XXH3_128bits(key.data(), key.size());
  if (hash.high64 > max_hash_) return;
  const auto name = [](const Mark& mark) { return std::pair(mark.key_high, mark.key_low); };
  const auto mark = std::ranges::lower_bound(
      marks_, std::pair<std::uint64_t, std::uint64_t>(hash.high64, hash.low64), {}, name);
  const bool is_in_log = mark != marks_.end() && name(*mark) == std::pair(hash.high64, hash.low64);
  const Version newest = is_in_log ? mark->version : 0;
  const auto foreign = [&](const VersionedValue& item) { return is_foreign(item, newest); };
  if (std::ranges::any_of(versions, foreign)) ++foreign_keys_;
  if (is_in_log) mark->fate = fate_of(*mark, versions);
}

// The log has the commit of that version, and the key is not in it. Lines up to 0.22 can give two
// commits one time.
bool CrossCheck::is_foreign(const VersionedValue& item, Version newest_of_key) const {
  return knows_all_commits_ && newest_of_key < item.version && !is_clock_version(item.version) &&
         committed_.contains(item.version);
}

// Only deletes leave their version on no key, and so many of them in a row are no database's end.
// Between two of a clock's versions there may be one commit or none.
bool CrossCheck::covers_what_never_was() const noexcept {
  constexpr Version most_deletes = 1024;
  return !is_clock_version(greatest_) && limit_ > greatest_ && limit_ - greatest_ > most_deletes;
}

// No commit is missing between it and what the snapshot covers, and none of them deletes its key.
bool CrossCheck::cannot_be_deleted(const Mark& mark) const {
  return committed_.contains(mark.version) && committed_.last_of_run(mark.version) >= limit_;
}

CrossCheck::Outcome CrossCheck::finish() const {
  Outcome outcome;
  outcome.is_sample = max_hash_ != std::numeric_limits<std::uint64_t>::max();
  outcome.is_of_one_database =
      !has_entries_ || std::ranges::find(marks_, Fate::same, &Mark::fate) != marks_.end();
  outcome.foreign_keys = foreign_keys_;
  std::vector<std::uint64_t> commits;
  for (const Mark& mark : marks_) {
    const bool is_missing = is_headed_ && mark.fate == Fate::not_met && mark.has_value;
    if (mark.fate != Fate::contradicted && !is_missing) continue;
    if (!is_missing) {
      count(outcome.contradicted, mark.offset, mark.length);
    } else if (covers_what_never_was() || cannot_be_deleted(mark)) {
      count(outcome.hidden, mark.offset, mark.length);
    } else {
      count(outcome.missing, mark.offset, mark.length);
    }
    commits.push_back(mark.offset);
  }
  std::ranges::sort(commits);
  const auto repeated = std::ranges::unique(commits);
  outcome.commits = commits.size() - repeated.size();
  return outcome;
}

}  // namespace persist
