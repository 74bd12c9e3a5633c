#include "info/key_groups.hpp"

#include <algorithm>

namespace persist {
namespace {

bool has_more_bytes(const KeyGroup& a, const KeyGroup& b) {
  return a.bytes > b.bytes;
}

// Further in, separators no longer part names but data.
constexpr std::size_t longest_prefix_bytes = 64;

bool is_separator(char byte) {
  return ByteView(":/|.,;-_#!*+ ").find(byte) != ByteView::npos || byte == '\0';
}

// Behind the separator that follows what lies at `from`; npos when none does.
std::size_t behind_next_separator(ByteView key, std::size_t from) {
  const std::size_t end = std::min(key.size(), longest_prefix_bytes);
  while (from < end && is_separator(key[from])) ++from;
  while (from < end && !is_separator(key[from])) ++from;
  return from < end ? from + 1 : ByteView::npos;
}

}  // namespace

void GroupRanking::add(ByteView group, std::uint64_t bytes) {
  while (!open_.empty() && !group.starts_with(open_.back().name)) close_last();
  if (open_.empty() || ByteView(open_.back().name) != group) {
    open_.push_back({std::string(group), 0, 0});
    ++count_;
  }
  ++open_.back().keys;
  open_.back().bytes += bytes;
}

void GroupRanking::close_last() {
  kept_.push_back(std::move(open_.back()));
  open_.pop_back();
  std::ranges::push_heap(kept_, has_more_bytes);
  if (kept_.size() <= max_groups_) return;
  std::ranges::pop_heap(kept_, has_more_bytes);
  ++groups_.other_groups;
  groups_.other.keys += kept_.back().keys;
  groups_.other.bytes += kept_.back().bytes;
  kept_.pop_back();
}

KeyGroups GroupRanking::finish() {
  while (!open_.empty()) close_last();
  std::ranges::sort(kept_, has_more_bytes);
  groups_.largest = std::move(kept_);
  return std::move(groups_);
}

PrefixGroups::PrefixGroups(std::size_t max_groups) : rankings_(depths, GroupRanking(max_groups)) {}

void PrefixGroups::add(ByteView key, std::uint64_t bytes) {
  std::size_t end = behind_next_separator(key, 0);
  if (end == ByteView::npos) end = std::min<std::size_t>(key.size(), 1);
  for (GroupRanking& ranking : rankings_) {
    ranking.add(key.substr(0, end), bytes);
    const std::size_t deeper = behind_next_separator(key, end);
    if (deeper != ByteView::npos) end = deeper;
  }
}

KeyGroups PrefixGroups::finish() {
  const auto tells_apart = std::ranges::find_if(
      rankings_, [](const GroupRanking& ranking) { return ranking.count() > 1; });
  return tells_apart == rankings_.end() ? rankings_.front().finish() : tells_apart->finish();
}

}  // namespace persist
