#include "log/framed_context.hpp"

#include <algorithm>
#include <iterator>

namespace persist::log {
namespace {

constexpr std::size_t max_recent_offsets = 64;
constexpr std::size_t max_version_ranges = 1 << 20;
constexpr std::uint64_t smallest_frame_bytes = 12;

}  // namespace

void VersionSet::add(Version version) {
  auto next = ranges_.upper_bound(version);
  const auto before = next == ranges_.begin() ? ranges_.end() : std::prev(next);
  if (before != ranges_.end() && before->second >= version) return;
  const bool joins_next = next != ranges_.end() && next->first == version + 1;
  if (before != ranges_.end() && before->second + 1 == version) {
    before->second = joins_next ? next->second : version;
    if (joins_next) ranges_.erase(next);
  } else if (joins_next) {
    const Version last = next->second;
    ranges_.emplace_hint(ranges_.erase(next), version, last);
  } else if (ranges_.size() < max_version_ranges) {
    ranges_.emplace_hint(next, version, version);
  }
}

bool VersionSet::contains(Version version) const {
  const auto next = ranges_.upper_bound(version);
  return next != ranges_.begin() && std::prev(next)->second >= version;
}

void FramedContext::note(const FoundFrame& frame) {
  max_version = std::max(max_version, frame.version);
  last_version = frame.version;
  versions.add(frame.version);
  ++frames;
  frame_bytes += frame.length_bytes;
  last_synced_to = frame.header.synced_to;
  recent_offsets.push_back(frame.end());
  if (recent_offsets.size() > max_recent_offsets) recent_offsets.pop_front();
}

std::uint64_t FramedContext::mean_frame_bytes() const {
  return frames == 0 ? smallest_frame_bytes : frame_bytes / frames;
}

bool FramedContext::is_near(Version version, std::uint64_t lost_bytes) const {
  return version <= max_version + usual_disorder + 2 * (lost_bytes / mean_frame_bytes());
}

bool FramedContext::may_follow(Version version, std::uint64_t remaining_bytes) const {
  if (max_version == 0) return true;
  if (versions.contains(version)) return false;
  return version <= max_version + version_slack + 2 * (remaining_bytes / mean_frame_bytes());
}

}  // namespace persist::log
