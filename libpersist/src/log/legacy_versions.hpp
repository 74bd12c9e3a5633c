// Which versions can come next in a legacy log: a clock in nanoseconds that mostly ascends, or a
// dense counter (formats/README.md, "Versions"), both a little out of order under concurrency.
#pragma once

#include <array>
#include <persist/formats/bytes.hpp>
#include <vector>

namespace persist::log {

// A commit with its clock's time can wait for the file so long while others go on; more is looked
// into.
inline constexpr Version usual_wait_ns = 2'000'000'000;

// Of a clock: busy writers overtake each other by so much.
inline constexpr Version clock_disorder_ns = 200'000'000;

// A counter gives out versions in order: they overtake each other by as many as there are writers.
inline constexpr Version counter_disorder = 16;

[[nodiscard]] constexpr Version distance(Version a, Version b) noexcept {
  return a > b ? a - b : b - a;
}

// Whether `version` is, but for one byte, one between those of its neighbours, in whatever order. A
// clock's version that is behind its time and is not was late, and not altered: of one that was,
// the other bytes still fit.
[[nodiscard]] bool is_byte_from(Version version, Version before, Version behind) noexcept;

// Where versions are expected, with the share of all cases.
struct VersionRange {
  Version low = 0;
  Version high = 0;
  float share = 1.0F;
};

class VersionRanges {
 public:
  void add(Version low, Version high, float share) { ranges_.push_back({low, high, share}); }
  void clear() { ranges_.clear(); }
  void scale(float share) {
    for (VersionRange& range : ranges_) range.share *= share;
  }
  // Only those of a clock, or only those that are counted.
  void scale(bool is_clock, float share);
  // Versions that are taken: a counter gives each to one commit.
  void set_taken(std::vector<Version> taken);
  [[nodiscard]] bool is_taken(Version version) const noexcept;
  [[nodiscard]] bool contains(Version version) const noexcept;
  // Below those that are expected, as that of a commit that waited for the file while others
  // overtook it.
  [[nodiscard]] bool is_late(Version version) const noexcept;
  // How far back from one record to the next is nothing special.
  Version slack = 0;
  // Only for a version that is contained.
  [[nodiscard]] float log2_probability(Version version) const;
  // Of the first bytes of a version as it is written, not of all of them; 0: of none.
  [[nodiscard]] float probability_of_cut(ByteView bytes) const;
  [[nodiscard]] const std::vector<VersionRange>& ranges() const noexcept { return ranges_; }

 private:
  std::vector<VersionRange> ranges_;
  std::vector<Version> taken_;  // ascending
};

// The versions met so far: which ones may follow, while all is well.
class VersionTrack {
 public:
  // Whether `version`, of a new commit, goes on where the log was. Takes a few comparisons.
  [[nodiscard]] bool goes_on(Version version) const noexcept {
    if (newest_ == 0) return true;
    if (version > newest_) return version - newest_ <= reach_;
    return newest_ - version <= slack_ && !(is_counter_ && is_taken(version));
  }
  // A new commit's version; one that does not go on starts the track anew.
  void note(Version version);

  [[nodiscard]] bool is_counter() const noexcept { return is_counter_; }
  [[nodiscard]] Version newest() const noexcept { return newest_; }
  // How far below the newest version, and above it, a version is nothing special.
  [[nodiscard]] Version slack() const noexcept { return slack_; }
  [[nodiscard]] Version reach() const noexcept { return reach_; }
  [[nodiscard]] bool is_taken(Version version) const noexcept {
    const Version slot = version % remembered;
    return newest_ - version < remembered && (taken_[slot / 64] >> (slot % 64) & 1U) != 0;
  }
  // Of a counter, the taken ones that are remembered, ascending; `but` is left out.
  [[nodiscard]] std::vector<Version> taken(Version but) const;

 private:
  static constexpr Version remembered = 4096;
  void restart(Version version);
  void forget_between(Version from, Version to);

  Version newest_ = 0;  // 0: none yet
  Version slack_ = 0;
  Version reach_ = 0;
  bool is_counter_ = false;
  std::array<std::uint64_t, remembered / 64> taken_{};  // by version modulo `remembered`
};

}  // namespace persist::log
