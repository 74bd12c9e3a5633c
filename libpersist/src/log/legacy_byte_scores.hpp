// How well the bytes of a region go with being part of a value, or with being damage: as sums over
// prefixes, so that any stretch is told in one subtraction. In bits, against bytes that could be
// any.
#pragma once

#include <algorithm>
#include <optional>
#include <persist/formats/bytes.hpp>
#include <vector>

#include "log/legacy_model.hpp"

namespace persist::log {

// A run of one byte that is long enough to count.
struct ByteRun {
  std::size_t at = 0;
  std::size_t end = 0;
};

class ByteScores {
 public:
  ByteScores(ByteView bytes, const LegacyModel& model);

  // Of [from, to), as a part of something that began before.
  [[nodiscard]] float of(std::size_t from, std::size_t to) const {
    return bits_of(sums_[to] - sums_[from]);
  }
  // Of [from, to), when something else ends at `from`: bytes of another kind are no surprise then.
  [[nodiscard]] float of_fresh(std::size_t from, std::size_t to) const {
    const auto change = change_at(from);
    return of(from, to) + (change && *change < to ? change_cost : 0.0F);
  }
  // The first byte at `from`, or hardly behind it, that is of another kind than the one before.
  [[nodiscard]] std::optional<std::size_t> change_at(std::size_t from) const;
  // Of a value: a short one may be known as such and yet lie among bytes that are not.
  [[nodiscard]] float of_value(std::size_t from, std::size_t to) const;
  // Whether a run of one byte begins at `at` that is no part of a key.
  [[nodiscard]] bool is_run_at(std::size_t at) const {
    return std::ranges::binary_search(runs_, at);
  }
  // Where such runs begin, ascending.
  [[nodiscard]] const std::vector<std::size_t>& runs() const noexcept { return runs_; }
  // Whether foreign bytes that begin behind `from` go on over `end`.
  [[nodiscard]] bool is_overrun(std::size_t from, std::size_t end) const;

  [[nodiscard]] bool is_foreign(std::size_t at) const { return foreign_[at] != 0; }
  // How many bytes right in front of `end` are foreign, up to `most`.
  [[nodiscard]] std::size_t foreign_in_front(std::size_t end, std::size_t most) const {
    std::size_t count = 0;
    while (count < most && count < end && foreign_[end - 1 - count] != 0) ++count;
    return count;
  }

  static constexpr float change_cost = 16.0F;

 private:
  // Sums are of whole numbers, which are exact and as quick as they can be: a byte of noise costs
  // hardly more than what is done here.
  static constexpr float units_per_bit = 65536.0F;
  [[nodiscard]] static float bits_of(std::int64_t units) {
    return static_cast<float>(units) / units_per_bit;
  }
  [[nodiscard]] static constexpr std::int32_t units_of(float bits) {
    return static_cast<std::int32_t>(bits * units_per_bit);
  }

  void weigh_bytes(const std::vector<ByteRun>& runs, const ByteStatistics& values);
  void find_foreign();
  void sum_up();
  [[nodiscard]] float evidence_of(std::size_t from, std::size_t to) const;
  [[nodiscard]] bool changes_within(std::size_t from, std::size_t end) const;
  [[nodiscard]] bool is_unlike_values(std::size_t from, std::size_t end) const;

  ByteView bytes_;
  std::vector<std::int32_t> evidence_;  // units, of each byte, if it is one of a value
  std::vector<std::int64_t> sums_;      // units
  std::vector<std::uint8_t> foreign_;   // 1: it is
  std::vector<std::size_t> runs_;
};

}  // namespace persist::log
