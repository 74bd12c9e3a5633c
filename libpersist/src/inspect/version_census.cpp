#include "inspect/version_census.hpp"

#include <algorithm>
#include <persist/release_line.hpp>

namespace persist {
namespace {

constexpr Version bits_per_word = 64;
// Commits that overlap may lie out of order in the log, so the first one met need not be the least.
constexpr Version room_below = 1U << 16U;

}  // namespace

bool VersionCensus::add(Version version) {
  if (version <= covered_.value_or(0) || is_clock_version(version)) return false;
  if (least_ == 0) {
    least_ = version;
    base_ = (version - std::min(version, room_below)) / bits_per_word * bits_per_word;
  }
  if (version < base_ || version - base_ >= max_watched) {
    is_complete_ = false;
    return false;
  }
  least_ = std::min(least_, version);
  greatest_ = std::max(greatest_, version);
  const std::uint64_t at = version - base_;
  const auto word = static_cast<std::size_t>(at / bits_per_word);
  if (word >= bits_.size()) bits_.resize(std::max(word + 1, bits_.size() * 2));
  const std::uint64_t bit = std::uint64_t{1} << (at % bits_per_word);
  if ((bits_[word] & bit) != 0) return true;
  bits_[word] |= bit;
  ++different_;
  return false;
}

std::optional<bool> VersionCensus::has(Version version) const noexcept {
  if (different_ == 0 || version < least_ || version > greatest_) return std::nullopt;
  const std::uint64_t at = version - base_;
  return (bits_[static_cast<std::size_t>(at / bits_per_word)] >> (at % bits_per_word) & 1U) != 0;
}

std::uint64_t VersionCensus::holes() const noexcept {
  if (!is_complete_ || different_ == 0) return 0;
  const Version first = covered_ ? *covered_ + 1 : least_;
  return greatest_ - first + 1 - different_;
}

}  // namespace persist
