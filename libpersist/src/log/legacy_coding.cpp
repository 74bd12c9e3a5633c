#include "log/legacy_coding.hpp"

#include <algorithm>

namespace persist::log {
namespace {

// A run of one byte is no surprise after its first few, in values and in damage alike.
constexpr std::size_t least_run_bytes = 8;
constexpr std::size_t surprising_run_bytes = 6;
constexpr float run_evidence_per_byte = 7.9F;
// The first foreign bytes may look like those of values.
constexpr std::size_t change_slack_bytes = 3;
// And the last ones of a value may be rare in values.
constexpr float surprising_evidence = -4.0F;

// Of each byte on its own; bytes of runs are marked by the evidence that only they have.
std::vector<float> value_evidence(ByteView bytes, const LegacyModel& model) {
  std::vector<float> evidence(bytes.size());
  for (std::size_t i = 0; i < bytes.size();) {
    std::size_t end = i + 1;
    while (end < bytes.size() && bytes[end] == bytes[i]) ++end;
    const float own = model.value_bytes().of(bytes[i]);
    const bool is_run = end - i >= least_run_bytes && own < run_evidence_per_byte;
    for (std::size_t at = i; at < end; ++at) {
      evidence[at] = is_run && at >= i + surprising_run_bytes ? run_evidence_per_byte : own;
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
    const double change = static_cast<double>(ByteCoding::change_cost);
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

// Where runs of one byte begin that are no part of a key; not at the first byte.
std::vector<std::size_t> run_starts(ByteView bytes, const LegacyModel& model) {
  std::vector<std::size_t> runs;
  if (bytes.empty()) return runs;
  std::size_t start = 0;
  for (std::size_t at = 1; at <= bytes.size(); ++at) {
    if (at < bytes.size() && bytes[at] == bytes[start]) continue;
    const bool is_fill = bytes[start] == '\0' || model.key_bytes().of(bytes[start]) <= 0.0F;
    if (start > 0 && at - start >= least_run_bytes && is_fill) runs.push_back(start);
    start = at;
  }
  return runs;
}

}  // namespace

ByteCoding::ByteCoding(ByteView bytes, const LegacyModel& model)
    : bytes_(bytes), evidence_(value_evidence(bytes, model)), sums_(bytes.size() + 1) {
  foreign_ = foreign_bytes(evidence_);
  runs_ = run_starts(bytes, model);
  for (std::size_t i = 0; i < bytes.size(); ++i) {
    const bool changes = i > 0 && foreign_[i] != foreign_[i - 1];
    sums_[i + 1] = sums_[i] + static_cast<double>(foreign_[i] ? 0.0F : evidence_[i]) -
                   static_cast<double>(changes ? change_cost : 0.0F);
  }
}

float ByteCoding::of_value(std::size_t from, std::size_t to) const {
  constexpr std::size_t short_bytes = 16;
  const float fresh = of_fresh(from, to);
  if (to - from > short_bytes) return fresh;
  float alone = 0.0F;
  for (std::size_t i = from; i < to; ++i) alone += evidence_[i];
  return std::max(fresh, alone);
}

bool ByteCoding::is_overrun(std::size_t from, std::size_t end) const {
  if (from >= end || end >= foreign_.size() || !foreign_[end]) return false;
  if (foreign_[from]) return changes_within(from, end);
  float evidence = 0.0F;
  for (std::size_t at = end; at > from && foreign_[at - 1]; --at) evidence += evidence_[at - 1];
  return evidence < surprising_evidence;
}

// A short value between what is foreign counts as such from its first byte on: here it begins as
// values do and ends in what they do not have.
bool ByteCoding::changes_within(std::size_t from, std::size_t end) const {
  float all = 0.0F;
  for (std::size_t at = from; at < end; ++at) all += evidence_[at];
  float behind = 0.0F;
  for (std::size_t at = end; at > from && foreign_[at - 1]; --at) {
    behind += evidence_[at - 1];
    if (behind < surprising_evidence && all - behind > 0.0F) return true;
  }
  return false;
}

std::optional<std::size_t> ByteCoding::change_at(std::size_t from) const {
  const std::size_t end = std::min(bytes_.size(), from + change_slack_bytes);
  for (std::size_t i = std::max<std::size_t>(from, 1); i < end; ++i) {
    if (foreign_[i - 1] != foreign_[i]) return i;
  }
  return std::nullopt;
}

}  // namespace persist::log
