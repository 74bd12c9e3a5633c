#include "log/legacy_versions.hpp"

#include <algorithm>
#include <cmath>
#include <cstring>
#include <persist/formats/varint.hpp>
#include <persist/release_line.hpp>
#include <string>

namespace persist::log {
namespace {

// A counter's version is met again only in copied ranges.
constexpr float taken_cost = 16.0F;

// A clock: a database may rest for a while.
constexpr Version clock_slack_most = 10'000'000'000;
constexpr Version clock_reach = 3'600'000'000'000;
// A counter: as many commits overlap as there are writers.
constexpr Version counter_slack = 4000;
constexpr Version counter_reach = 8;
constexpr Version counter_reach_most = 4000;

// How many versions of `range` are written as something that begins with `bytes` and goes on.
Version versions_that_begin_with(ByteView bytes, const VersionRange& range) {
  std::string written;
  formats::append_varint(written, range.low);
  if (bytes.empty() || bytes.size() >= written.size() || bytes.front() != written.front()) return 0;
  // Little endian: behind the tag the lowest bytes of all come first.
  const ByteView low_bytes = bytes.substr(1);
  Version low = 0;
  std::memcpy(&low, low_bytes.data(), low_bytes.size());
  const Version step = Version{1} << (8 * low_bytes.size());
  const Version first = range.low + (low - range.low) % step;
  return first < range.low || first > range.high ? 0 : (range.high - first) / step + 1;
}

}  // namespace

bool is_byte_from(Version version, Version before, Version behind) noexcept {
  const auto [low, high] = std::minmax(before, behind);
  for (unsigned byte = 0; byte < sizeof(Version); ++byte) {
    const Version unit = Version{1} << (8 * byte);
    const Version rest = version & ~(Version{0xFF} * unit);
    if (rest > high) continue;
    const Version least = low > rest ? (low - rest + unit - 1) / unit : 0;
    if (least <= std::min<Version>(0xFF, (high - rest) / unit)) return true;
  }
  return false;
}

void VersionRanges::set_taken(std::vector<Version> taken) {
  taken_ = std::move(taken);
}

void VersionRanges::scale(bool is_clock, float share) {
  for (VersionRange& range : ranges_) {
    if (is_clock_version(range.low) == is_clock) range.share *= share;
  }
}

bool VersionRanges::contains(Version version) const noexcept {
  return std::ranges::any_of(ranges_, [version](const VersionRange& range) {
    return version >= range.low && version <= range.high;
  });
}

bool VersionRanges::is_late(Version version) const noexcept {
  return std::ranges::any_of(ranges_, [version](const VersionRange& range) {
    return version < range.low && is_clock_version(version) == is_clock_version(range.low);
  });
}

float VersionRanges::log2_probability(Version version) const {
  double probability = 1e-30;
  for (const VersionRange& range : ranges_) {
    if (version < range.low || version > range.high) continue;
    probability +=
        static_cast<double>(range.share) / (static_cast<double>(range.high - range.low) + 1.0);
  }
  return static_cast<float>(std::log2(probability)) - (is_taken(version) ? taken_cost : 0.0F);
}

float VersionRanges::probability_of_cut(ByteView bytes) const {
  double probability = 0.0;
  for (const VersionRange& range : ranges_) {
    const double size = static_cast<double>(range.high - range.low) + 1.0;
    const auto count = static_cast<double>(versions_that_begin_with(bytes, range));
    probability += static_cast<double>(range.share) * count / size;
  }
  return static_cast<float>(probability);
}

bool VersionRanges::is_taken(Version version) const noexcept {
  return std::ranges::binary_search(taken_, version);
}

void VersionTrack::restart(Version version) {
  newest_ = version;
  is_counter_ = !is_clock_version(version);
  slack_ = is_counter_ ? counter_slack : clock_disorder_ns;
  reach_ = is_counter_ ? counter_reach : clock_reach;
  taken_ = {};
}

void VersionTrack::forget_between(Version from, Version to) {
  if (to - from >= remembered) {
    taken_ = {};
    return;
  }
  for (Version version = from + 1; version < to; ++version) {
    taken_[version % remembered / 64] &= ~(std::uint64_t{1} << (version % 64));
  }
}

void VersionTrack::note(Version version) {
  const bool is_ahead = version > newest_;
  const Version distance = is_ahead ? version - newest_ : newest_ - version;
  const Version most = is_counter_ ? counter_reach_most : is_ahead ? reach_ : clock_slack_most;
  if (newest_ == 0 || distance > most) {
    restart(version);
  } else if (is_counter_ && is_ahead) {
    reach_ = std::min(std::max(reach_, 2 * distance), counter_reach_most);
  } else if (!is_counter_ && !is_ahead) {
    slack_ = std::min(std::max(slack_, 4 * distance), clock_slack_most);
  }
  if (is_counter_ && version > newest_) forget_between(newest_, version);
  newest_ = std::max(newest_, version);
  if (is_counter_) taken_[version % remembered / 64] |= std::uint64_t{1} << (version % 64);
}

std::vector<Version> VersionTrack::taken(Version but) const {
  std::vector<Version> versions;
  if (!is_counter_) return versions;
  const Version first = newest_ >= remembered ? newest_ - remembered + 1 : 1;
  for (Version version = first; version <= newest_; ++version) {
    if (version != but && is_taken(version)) versions.push_back(version);
  }
  return versions;
}

}  // namespace persist::log
