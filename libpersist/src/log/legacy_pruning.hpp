// Which places of a region are worth to be weighed against each other. In noise nearly all that
// could be records stand alone and go with nothing: to leave them out at once changes no reading,
// and is what makes long damage quick to read.
#pragma once

#include <algorithm>
#include <span>
#include <vector>

#include "log/legacy_weights.hpp"

namespace persist::log {

struct WeighedStart {
  Candidate start;
  RecordWeight weight;
};

struct PruningQuestion {
  ByteView bytes;
  bool begins_in_damage = false;
  std::span<const std::uint64_t> key_lengths;  // usual ones
  float relief_at_end = 0.0F;  // what damage behind a last record costs less at the bytes' end
  bool prunes = true;          // false: all are kept
};

// Of `starts`, ascending by offset, those that a record leads to, that lead to one, that reach the
// region's end, or that could be likelier than damage.
[[nodiscard]] std::vector<WeighedStart> prune(const PruningQuestion& question,
                                              const std::vector<Candidate>& starts,
                                              const LegacyModel& model,
                                              const ByteScores& byte_scores,
                                              const RecordWeights& weights);

// The index of the first one that starts at or behind `offset`.
[[nodiscard]] inline std::size_t first_at_or_behind(const std::vector<WeighedStart>& starts,
                                                    std::size_t offset) {
  const auto found = std::ranges::lower_bound(starts, offset, {},
                                              [](const WeighedStart& one) { return one.start.at; });
  return static_cast<std::size_t>(found - starts.begin());
}

}  // namespace persist::log
