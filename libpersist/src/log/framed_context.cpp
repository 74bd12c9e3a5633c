#include "log/framed_context.hpp"

#include <algorithm>
#include <limits>
#include <persist/release_line.hpp>

namespace persist::log {
namespace {

constexpr std::size_t recent_versions = 8;
constexpr Version longest_wait_ns = 60'000'000'000;  // of a writer that was overtaken
constexpr std::uint64_t smallest_frame_bytes = 12;

}  // namespace

bool can_stand_behind(Version version, Version next) {
  if (is_clock_version(version) && is_clock_version(next)) return next + longest_wait_ns >= version;
  return (version > next ? version - next : next - version) <= usual_disorder;
}

Version highest_version_after(Version version, std::uint64_t lost_bytes,
                              std::uint64_t mean_frame_bytes) {
  if (is_clock_version(version)) return std::numeric_limits<Version>::max();
  return version + usual_disorder + 2 * (lost_bytes / mean_frame_bytes);
}

void FramedContext::note(const FoundFrame& frame) {
  note_version(frame.version);
  recent.add({frame.version, frame.end(), frame.header.checksum});
  ++frames;
  frame_bytes += frame.length_bytes;
  last_synced_to = frame.header.synced_to;
  if (frame.offset != run_end) run_begin = frame.offset;
  run_end = frame.end();
}

void FramedContext::note_version(Version version) {
  const Version behind = max_version > version ? max_version - version : 0;
  if (behind <= usual_disorder) disorder = std::max(disorder, behind);
  min_version = min_version == 0 ? version : std::min(min_version, version);
  max_version = std::max(max_version, version);
  last_version = version;
  versions.add(version);
}

Version FramedContext::low() const {
  Version low = last_version;
  for (std::size_t back = 0; back < recent_versions; ++back) {
    const ReadFrame* const frame = recent.before_last(back);
    if (frame != nullptr) low = std::min(low, frame->version);
  }
  const Version below = versions.last_below(low);
  if (below != 0) return below;
  return low - std::min(low, usual_disorder + 1);
}

std::uint64_t FramedContext::mean_frame_bytes() const {
  return frames == 0 ? smallest_frame_bytes : frame_bytes / frames;
}

bool FramedContext::comes_next(Version next, Version version) const {
  if (is_clock_version(version)) return can_stand_behind(version, next);
  return next + disorder > version && next <= version + 1 + disorder;
}

bool FramedContext::is_unread(Version version) const {
  return !versions.contains(version) && is_clock_version(version) == is_clock_version(max_version);
}

bool FramedContext::may_follow(Version version, std::uint64_t remaining_bytes) const {
  if (max_version == 0) return true;
  return is_unread(version) && version <= highest_after(max_version, remaining_bytes);
}

Version FramedContext::highest_after(Version version, std::uint64_t lost_bytes) const {
  return highest_version_after(version, lost_bytes, mean_frame_bytes());
}

}  // namespace persist::log
