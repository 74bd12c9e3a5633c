#include "log/legacy_judge.hpp"

#include <xxhash.h>

#include <algorithm>

namespace persist::log {
namespace {

constexpr std::uint64_t watched_bytes = 64 << 10;
constexpr std::size_t remembered_damages = 8;
constexpr std::size_t remembered_commits = 256;
constexpr std::size_t remembered_hidden = 256;
constexpr std::size_t remembered_keys = 4096;
constexpr std::size_t end_bytes = 2 << 10;
constexpr std::uint64_t displaced_around_bytes = 2 << 10;

std::uint64_t record_hash(ByteView record) {
  return XXH3_64bits(record.data(), record.size());
}

}  // namespace

void CommitJudge::note_damage(ByteView damage, const std::vector<HiddenRecord>& hidden,
                              std::uint64_t end) {
  watched_ = end + watched_bytes;
  if (damage.size() <= 2 * end_bytes) {
    damages_.emplace_back(damage);
  } else {
    damages_.emplace_back(damage.substr(0, end_bytes));
    damages_.emplace_back(damage.substr(damage.size() - end_bytes));
  }
  while (damages_.size() > remembered_damages) damages_.pop_front();
  if (hidden_.size() > remembered_hidden) hidden_.clear();
  for (const HiddenRecord& record : hidden) hidden_.emplace(record.version, record);
}

void CommitJudge::note_displacement(std::uint64_t from, std::uint64_t to) {
  const std::uint64_t begin = from > displaced_around_bytes ? from - displaced_around_bytes : 0;
  displaced_from_ = is_displaced(from) ? std::min(displaced_from_, begin) : begin;
  displaced_to_ = to + displaced_around_bytes;
}

void CommitJudge::note_copies(std::uint64_t from, std::uint64_t to) {
  // Those in front may still wait to be handed on.
  const bool is_near = copies_to_ > 0 && from < copies_to_ + watched_bytes;
  copies_from_ = is_near ? std::min(copies_from_, from) : from;
  copies_to_ = to;
}

void CommitJudge::note_commit(Version version, const std::vector<ByteView>& records) {
  auto [found, is_new] = records_.try_emplace(version);
  for (const ByteView record : records) found->second.insert(record_hash(record));
  if (!is_new) return;
  order_.push_back(version);
  if (order_.size() <= remembered_commits) return;
  records_.erase(order_.front());
  order_.pop_front();
}

void CommitJudge::note_uncertain(Version version, const std::vector<ByteView>& keys) {
  if (uncertain_keys_.size() > remembered_keys) uncertain_keys_.clear();
  for (const ByteView key : keys) {
    Version& last = uncertain_keys_[record_hash(key)];
    last = std::max(last, version);
  }
}

bool CommitJudge::follows_uncertain(Version version, const std::vector<ByteView>& keys) const {
  return std::ranges::any_of(keys, [&](ByteView key) {
    const auto found = uncertain_keys_.find(record_hash(key));
    return found != uncertain_keys_.end() && found->second < version;
  });
}

bool CommitJudge::has_other_part(Version version, const std::vector<ByteView>& records) const {
  const auto [from, to] = hidden_.equal_range(version);
  if (std::any_of(from, to, [&](const auto& one) { return !is_copied(one.second, records); })) {
    return true;
  }
  if (const auto found = records_.find(version); found != records_.end()) {
    std::set<std::uint64_t> own;
    for (const ByteView record : records) own.insert(record_hash(record));
    // A copy of the same records is no other part.
    if (!std::ranges::includes(own, found->second)) return true;
  }
  return std::ranges::any_of(damages_, [&](const std::string& damage) {
    return shows_version(damage, version, records, model_);
  });
}

}  // namespace persist::log
