#include "log/legacy_coding.hpp"

namespace persist::log {
namespace {

// A run of one byte is no surprise after its first few, in values and in damage alike.
constexpr std::size_t least_run_bytes = 8;
constexpr float run_evidence_per_byte = 7.9F;
constexpr float change_cost = 12.0F;

// Of each byte on its own; bytes of runs are marked by the evidence that only they have.
std::vector<float> value_evidence(ByteView bytes, const LegacyModel& model) {
  std::vector<float> evidence(bytes.size());
  for (std::size_t i = 0; i < bytes.size();) {
    std::size_t end = i + 1;
    while (end < bytes.size() && bytes[end] == bytes[i]) ++end;
    const float own = model.value_bytes().of(bytes[i]);
    const bool is_run = end - i >= least_run_bytes && own < run_evidence_per_byte;
    for (std::size_t at = i; at < end; ++at) {
      evidence[at] = is_run && at >= i + 2 ? run_evidence_per_byte : own;
    }
    i = end;
  }
  return evidence;
}

// The best division into stretches that are like values and stretches that are like nothing:
// element i is true where byte i is of the second kind.
std::vector<bool> foreign_bytes(const std::vector<float>& evidence) {
  const std::size_t n = evidence.size();
  std::vector<bool> like_from_foreign(n);
  std::vector<bool> foreign_from_like(n);
  double like = 0.0;
  double foreign = 0.0;
  for (std::size_t i = 0; i < n; ++i) {
    const double change = static_cast<double>(change_cost);
    like_from_foreign[i] = foreign - change > like;
    foreign_from_like[i] = like - change > foreign;
    const double next_like = std::max(like, foreign - change) + static_cast<double>(evidence[i]);
    foreign = std::max(foreign, like - change);
    like = next_like;
  }
  std::vector<bool> result(n);
  bool is_foreign = foreign > like;
  for (std::size_t i = n; i-- > 0;) {
    result[i] = is_foreign;
    is_foreign = is_foreign ? !foreign_from_like[i] : like_from_foreign[i];
  }
  return result;
}

}  // namespace

ByteCoding::ByteCoding(ByteView bytes, const LegacyModel& model)
    : value_(bytes.size() + 1), damage_(bytes.size() + 1) {
  const std::vector<float> evidence = value_evidence(bytes, model);
  const std::vector<bool> foreign = foreign_bytes(evidence);
  for (std::size_t i = 0; i < bytes.size(); ++i) {
    value_[i + 1] = value_[i] + static_cast<double>(evidence[i]);
    const bool changes = i > 0 && foreign[i] != foreign[i - 1];
    damage_[i + 1] = damage_[i] + static_cast<double>(foreign[i] ? 0.0F : evidence[i]) -
                     static_cast<double>(changes ? change_cost : 0.0F);
  }
}

}  // namespace persist::log
