// Whether the counters of a log's commits are dense and unique: since 0.23 each commit takes the
// next number, so a hole is a commit that failed or is gone, and a number met twice a commit that
// was copied. Bounded: it watches a window of versions and says nothing about what lies outside.
#pragma once

#include <optional>
#include <persist/formats/bytes.hpp>
#include <vector>

namespace persist {

class VersionCensus {
 public:
  // `covered`: of a headed snapshot, or none. Versions up to it are ignored, since the snapshot may
  // have taken them out of the log, and so are clocks; the one behind it must be there.
  explicit VersionCensus(std::optional<Version> covered) : covered_(covered) {}

  // Returns true when the version has been met before.
  bool add(Version version);

  // Whether `version` was met; unknown where it is not watched.
  [[nodiscard]] std::optional<bool> has(Version version) const noexcept;

  // Whether every version added was watched.
  [[nodiscard]] bool is_complete() const noexcept { return is_complete_; }
  // How many numbers that must be there were not met; 0 when that is unknown.
  [[nodiscard]] std::uint64_t holes() const noexcept;
  [[nodiscard]] Version least() const noexcept { return least_; }
  [[nodiscard]] Version greatest() const noexcept { return greatest_; }

 private:
  // 8 MiB of bits.
  static constexpr std::uint64_t max_watched = std::uint64_t{1} << 26U;

  std::optional<Version> covered_;
  Version least_ = 0;
  Version greatest_ = 0;
  std::uint64_t different_ = 0;
  bool is_complete_ = true;
  Version base_ = 0;  // the version of bit 0; a multiple of 64
  std::vector<std::uint64_t> bits_;
};

}  // namespace persist
