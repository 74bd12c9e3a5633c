#include "log/version_set.hpp"

#include <algorithm>
#include <iterator>

namespace persist::log {
namespace {

// Of clock versions each is a range of its own. Those beyond are as good as never seen.
constexpr std::size_t max_version_ranges = 1 << 18;

}  // namespace

void VersionSet::add(Version version) {
  add_range(version, version);
}

void VersionSet::add_all_of(const VersionSet& other) {
  for (const auto& [first, last] : other.ranges_) add_range(first, last);
}

bool VersionSet::contains(Version version) const {
  const auto next = ranges_.upper_bound(version);
  return next != ranges_.begin() && std::prev(next)->second >= version;
}

Version VersionSet::last_of_run(Version version) const {
  return std::prev(ranges_.upper_bound(version))->second;
}

Version VersionSet::last_below(Version version) const {
  const auto next = ranges_.lower_bound(version);
  return next == ranges_.begin() ? 0 : std::min(std::prev(next)->second, version - 1);
}

void VersionSet::add_range(Version first, Version last) {
  auto at = ranges_.upper_bound(first);
  if (at != ranges_.begin() && std::prev(at)->second + 1 >= first) {
    --at;
    if (at->second >= last) return;
    at->second = last;
  } else if (at != ranges_.end() && at->first == last + 1) {
    const Version end = at->second;
    at = ranges_.emplace_hint(ranges_.erase(at), first, end);
  } else if (ranges_.size() < max_version_ranges) {
    at = ranges_.emplace_hint(at, first, last);
  } else {
    return;
  }
  while (std::next(at) != ranges_.end() && std::next(at)->first <= at->second + 1) {
    at->second = std::max(at->second, std::next(at)->second);
    ranges_.erase(std::next(at));
  }
}

}  // namespace persist::log
