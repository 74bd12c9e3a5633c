#include "log/missing_versions.hpp"

#include <algorithm>
#include <persist/release_line.hpp>

namespace persist::log {
namespace {

constexpr std::uint64_t gone_bytes = 8192;  // which a hole may have taken
constexpr std::uint64_t smallest_frame_bytes = 12;
constexpr Version sector_versions = 4;                    // that are lost with a sector, mostly
constexpr Version longest_pause_ns = 86'400'000'000'000;  // between commits, in most logs

}  // namespace

bool MissingVersions::is_plausible(Version version) const {
  if (context_.max_version == 0) return true;
  if (!context_.is_unread(version)) return false;
  const std::uint64_t rest = log_end_ - damage_offset_ + gone_bytes;
  return is_clock_version(version) ||
         version <= context_.max_version + usual_disorder + rest / smallest_frame_bytes;
}

bool MissingVersions::goes_on_from_read(const FoundFrame& frame) const {
  const std::uint64_t lost = frame.offset - damage_offset_;
  return context_.max_version != 0 && frame.version > context_.low() &&
         frame.version <= context_.highest_after(context_.max_version, lost);
}

bool MissingVersions::is_missing(Version version) const {
  return is_plausible(version) && !outline_->contains(version);
}

bool MissingVersions::is_in_order(Version version, std::uint64_t offset) const {
  const FrameChain* const next = outline_->next_chain(offset);
  if (context_.max_version != 0) return is_in_order_after_read(version, next);
  return next == nullptr || is_in_order_before(version, *next);
}

bool MissingVersions::is_in_order_after_read(Version version, const FrameChain* next) const {
  if (version <= context_.low()) return false;
  if (next != nullptr) return version < next->leading_high;
  const std::uint64_t lost = log_end_ - damage_offset_ + unseen_bytes;
  const Version highest = std::max(context_.max_version, outline_->max_version());
  return version <= context_.highest_after(highest, lost);
}

bool MissingVersions::is_in_order_before(Version version, const FrameChain& next) const {
  if (is_clock_version(version) != is_clock_version(next.low)) return false;
  if (version >= next.leading_high) return false;
  const std::uint64_t lost = next.offset - damage_offset_;
  return is_clock_version(version) ||
         version + usual_disorder + 2 * (lost / next.mean_frame_bytes()) >= next.low;
}

bool MissingVersions::is_in_short_gap(Version first, Version last) const {
  const Version highest = std::max({context_.max_version, outline_->max_version(), last});
  const auto is_gap = [this](Version version) {
    return !context_.versions.contains(version) && !outline_->contains(version);
  };
  Version begin = first;
  while (begin > 1 && first - begin < sector_versions && is_gap(begin - 1)) --begin;
  Version end = begin;
  while (end <= highest && end - begin <= sector_versions && is_gap(end)) ++end;
  return first < last && is_within_log(last) && end > last && end - begin <= sector_versions;
}

bool MissingVersions::is_within_log(Version version) const {
  const Version lowest = context_.min_version == 0 ? outline_->min_version() : context_.min_version;
  const Version highest = std::max(context_.max_version, outline_->max_version());
  if (is_clock_version(highest)) {
    return version + longest_pause_ns >= lowest && version <= highest + longest_pause_ns;
  }
  const Version lost_at_end = outline_->reaches(log_end_) ? 0 : usual_disorder;
  return version + usual_disorder >= lowest && version <= highest + lost_at_end;
}

}  // namespace persist::log
