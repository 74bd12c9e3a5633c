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

struct ByteRun {
  std::size_t at = 0;
  std::size_t end = 0;
};

// Runs of one byte that are long enough to count, ascending.
std::vector<ByteRun> find_runs(ByteView bytes) {
  std::vector<ByteRun> runs;
  std::size_t at = 0;
  while (at + sizeof(std::uint32_t) <= bytes.size()) {
    // Such a run fills one of the words at every fourth offset.
    const auto word = formats::load_little_endian<std::uint32_t>(bytes.data() + at);
    if (word != (word & 0xFFU) * 0x01010101U) {
      at += sizeof word;
      continue;
    }
    const std::size_t front = runs.empty() ? 0 : runs.back().end;
    ByteRun run{at, at};
    while (run.at > front && bytes[run.at - 1] == bytes[at]) --run.at;
    while (run.end < bytes.size() && bytes[run.end] == bytes[at]) ++run.end;
    if (run.end - run.at >= least_run_bytes) runs.push_back(run);
    at = std::max(run.end - run.end % sizeof word, at + sizeof word);
  }
  return runs;
}

// Of each byte on its own; bytes of runs are marked by the evidence that only they have.
std::vector<float> value_evidence(ByteView bytes, const std::vector<ByteRun>& runs,
                                  const LegacyModel& model) {
  const ByteStatistics& values = model.value_bytes();
  std::vector<float> evidence(bytes.size());
  for (std::size_t i = 0; i < bytes.size(); ++i) evidence[i] = values.of(bytes[i]);
  for (const ByteRun& run : runs) {
    if (values.of(bytes[run.at]) >= run_evidence_per_byte) continue;
    std::fill(evidence.begin() + static_cast<std::ptrdiff_t>(run.at + surprising_run_bytes),
              evidence.begin() + static_cast<std::ptrdiff_t>(run.end), run_evidence_per_byte);
  }
  return evidence;
}

// The best division into stretches that are like values and stretches that are like nothing:
// element i is true where byte i is of the second kind.
std::vector<std::uint8_t> foreign_bytes(const std::vector<float>& evidence) {
  constexpr std::uint8_t like_from_foreign = 1;
  constexpr std::uint8_t foreign_from_like = 2;
  constexpr float change = ByteCoding::change_cost;
  const std::size_t n = evidence.size();
  std::vector<std::uint8_t> result(n);  // how each came about, first
  float lead = 0.0F;                    // of being like values over being foreign, so far
  for (std::size_t i = 0; i < n; ++i) {
    result[i] = static_cast<std::uint8_t>((lead < -change ? like_from_foreign : 0) |
                                          (lead > change ? foreign_from_like : 0));
    lead = std::min(std::max(lead, -change), change) + evidence[i];  // no branches
  }
  bool is_foreign = lead < 0.0F;
  for (std::size_t i = n; i-- > 0;) {
    const std::uint8_t change_behind = is_foreign ? foreign_from_like : like_from_foreign;
    const bool changes = (result[i] & change_behind) != 0;
    result[i] = is_foreign ? 1 : 0;
    is_foreign = is_foreign != changes;
  }
  return result;
}

// Where runs of one byte begin that are no part of a key; not at the first byte.
std::vector<std::size_t> fill_starts(ByteView bytes, const std::vector<ByteRun>& runs,
                                     const LegacyModel& model) {
  std::vector<std::size_t> starts;
  for (const ByteRun& run : runs) {
    const char byte = bytes[run.at];
    const bool is_fill = byte == '\0' || model.key_bytes().of(byte) <= 0.0F;
    if (run.at > 0 && is_fill) starts.push_back(run.at);
  }
  return starts;
}

}  // namespace

ByteCoding::ByteCoding(ByteView bytes, const LegacyModel& model)
    : bytes_(bytes), sums_(bytes.size() + 1) {
  const std::vector<ByteRun> runs = find_runs(bytes);
  evidence_ = value_evidence(bytes, runs, model);
  foreign_ = foreign_bytes(evidence_);
  runs_ = fill_starts(bytes, runs, model);
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
