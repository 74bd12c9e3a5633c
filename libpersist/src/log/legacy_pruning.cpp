#include "log/legacy_pruning.hpp"

#include <algorithm>

namespace persist::log {
namespace {

// One in a million; places without a head are no records themselves, they only hint at one.
constexpr float least_bits = -20.0F;
constexpr float least_headless_bits = -8.0F;
constexpr float least_torn_bits = -8.0F;
// Of the first bytes of a head that a record could lead to.
constexpr std::size_t looked_at_key_bytes = 8;
constexpr float little_evidence = 4.0F;

class Pruning {
 public:
  Pruning(const PruningQuestion& question, const std::vector<Candidate>& starts,
          const LegacyModel& model, const ByteScores& byte_scores, const RecordWeights& weights)
      : question_(question),
        starts_(starts),
        model_(model),
        byte_scores_(byte_scores),
        weights_(weights),
        is_end_(question.bytes.size() + 1) {
    if (!question.begins_in_damage) is_end_[0] = true;
    for (const Candidate& start : starts) is_end_[start.end()] = true;
  }

  [[nodiscard]] bool keeps(const Candidate& start, const RecordWeight& weight) const {
    if (start.end() == question_.bytes.size() || is_led_to(start) || leads_to_one(start)) {
      return true;
    }
    const float entry = weights_.entry(start, weight) + weight.piece.weight;
    const float least = start.is_headless ? least_headless_bits : least_bits;
    if (entry - byte_scores_.of(start.at, start.end()) + exit_of(start) >= least) return true;
    if (!start.is_headless && start.shape.value_length > 0 &&
        weights_.torn_entry(start, weight) >= least_torn_bits) {
      return true;
    }
    return could_be_head(start.end());
  }

 private:
  [[nodiscard]] bool is_led_to(const Candidate& start) const {
    if (!start.is_headless) return is_end_[start.at];
    // With a length that is damaged.
    return std::ranges::any_of(question_.key_lengths, [&](std::uint64_t length) {
      return start.at > length && is_end_[start.at - 1 - static_cast<std::size_t>(length)];
    });
  }

  [[nodiscard]] bool leads_to_one(const Candidate& start) const {
    auto next = std::ranges::lower_bound(starts_, start.end(), {}, &Candidate::at);
    for (; next != starts_.end() && next->at == start.end(); ++next) {
      if (!next->is_headless) return true;
    }
    return false;
  }

  // At most, of damage that begins in no way like a record.
  [[nodiscard]] float exit_of(const Candidate& start) const {
    const std::size_t end = start.end();
    float weight = -damage_cost;
    if (byte_scores_.is_run_at(end)) weight += ByteScores::change_cost;
    if (byte_scores_.change_at(end)) weight += ByteScores::change_cost;
    return weight + (start.is_headless ? 0.0F : question_.relief_at_end);
  }

  // Whether a record that begins at `at` and is damaged could vouch for the one in front.
  [[nodiscard]] bool could_be_head(std::size_t at) const {
    for (const std::size_t length_bytes : {1, 3}) {
      float evidence = 0.0F;
      for (std::size_t i = 0; i < looked_at_key_bytes; ++i) {
        const std::size_t byte_at = at + length_bytes + i;
        if (byte_at >= question_.bytes.size()) return true;
        evidence += model_.key_byte_evidence(i, question_.bytes[byte_at]);
      }
      if (evidence >= little_evidence) return true;
    }
    return false;
  }

  const PruningQuestion& question_;
  const std::vector<Candidate>& starts_;
  const LegacyModel& model_;
  const ByteScores& byte_scores_;
  const RecordWeights& weights_;
  std::vector<bool> is_end_;  // of offsets: a record could end there
};

}  // namespace

std::vector<WeighedStart> prune(const PruningQuestion& question,
                                const std::vector<Candidate>& starts, const LegacyModel& model,
                                const ByteScores& byte_scores, const RecordWeights& weights) {
  const Pruning pruning(question, starts, model, byte_scores, weights);
  std::vector<WeighedStart> kept;
  for (const Candidate& start : starts) {
    const RecordWeight weight = weights.of(start);
    if (!question.prunes || pruning.keeps(start, weight)) kept.push_back({start, weight});
  }
  return kept;
}

}  // namespace persist::log
