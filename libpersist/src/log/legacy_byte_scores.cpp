#include "log/legacy_byte_scores.hpp"

#include <algorithm>
#include <array>
#include <span>

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
// A whole value that is like none, and long enough to tell.
constexpr float unlike_values = -24.0F;
constexpr std::size_t telling_value_bytes = 16;

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

ByteScores::ByteScores(ByteView bytes, const LegacyModel& model)
    : bytes_(bytes), evidence_(bytes.size()), sums_(bytes.size() + 1), foreign_(bytes.size()) {
  const std::vector<ByteRun> runs = find_runs(bytes);
  weigh_bytes(runs, model.value_bytes());
  find_foreign();
  runs_ = fill_starts(bytes, runs, model);
  sum_up();
}

// Each byte on its own; bytes of runs are marked by the evidence that only they have.
void ByteScores::weigh_bytes(const std::vector<ByteRun>& runs, const ByteStatistics& values) {
  std::array<std::int32_t, 256> units{};
  std::ranges::transform(values.evidence, units.begin(), units_of);
  for (std::size_t i = 0; i < bytes_.size(); ++i) {
    evidence_[i] = units[static_cast<std::uint8_t>(bytes_[i])];
  }
  for (const ByteRun& run : runs) {
    if (values.of(bytes_[run.at]) >= run_evidence_per_byte) continue;
    std::fill(evidence_.begin() + static_cast<std::ptrdiff_t>(run.at + surprising_run_bytes),
              evidence_.begin() + static_cast<std::ptrdiff_t>(run.end),
              units_of(run_evidence_per_byte));
  }
}

// The best division into stretches that are like values and stretches that are like nothing.
void ByteScores::find_foreign() {
  constexpr unsigned like_bit = 0;  // of each: the best way to be so is from being the other
  constexpr unsigned foreign_bit = 1;
  constexpr std::int32_t change = units_of(change_cost);
  // Not by way of `this`, which bytes that are written could be part of, as far as can be told.
  const std::span<std::uint8_t> foreign(foreign_);
  const std::span<const std::int32_t> evidence(evidence_);
  std::int32_t lead = 0;  // of being like values over being foreign, so far
  for (std::size_t i = 0; i < foreign.size(); ++i) {
    const std::int32_t within = std::min(std::max(lead, -change), change);
    foreign[i] = static_cast<std::uint8_t>((static_cast<unsigned>(within > lead) << like_bit) |
                                           (static_cast<unsigned>(within < lead) << foreign_bit));
    lead = within + evidence[i];
  }
  unsigned is_foreign = lead < 0 ? 1 : 0;
  for (std::size_t i = foreign.size(); i-- > 0;) {
    const unsigned changes = (foreign[i] >> is_foreign) & 1U;
    foreign[i] = static_cast<std::uint8_t>(is_foreign);
    is_foreign ^= changes;
  }
}

void ByteScores::sum_up() {
  constexpr std::int32_t change = units_of(change_cost);
  std::int64_t sum = 0;
  std::uint8_t before = foreign_.empty() ? 0 : foreign_.front();
  for (std::size_t i = 0; i < foreign_.size(); ++i) {
    const std::uint8_t is_foreign = foreign_[i];
    sum += (is_foreign != 0 ? 0 : evidence_[i]) - (is_foreign != before ? change : 0);
    before = is_foreign;
    sums_[i + 1] = sum;
  }
}

float ByteScores::evidence_of(std::size_t from, std::size_t to) const {
  std::int64_t units = 0;
  for (std::size_t i = from; i < to; ++i) units += evidence_[i];
  return bits_of(units);
}

float ByteScores::of_value(std::size_t from, std::size_t to) const {
  constexpr std::size_t short_bytes = 16;
  const float fresh = of_fresh(from, to);
  if (to - from > short_bytes) return fresh;
  return std::max(fresh, evidence_of(from, to));
}

bool ByteScores::is_overrun(std::size_t from, std::size_t end) const {
  if (from >= end || end >= foreign_.size() || !foreign_[end]) return false;
  if (foreign_[from]) return changes_within(from, end) || is_unlike_values(from, end);
  return evidence_of(end - foreign_in_front(end, end - from), end) < surprising_evidence;
}

// A short value between what is foreign counts as such from its first byte on: here it begins as
// values do and ends in what they do not have.
bool ByteScores::changes_within(std::size_t from, std::size_t end) const {
  const float all = evidence_of(from, end);
  std::int64_t behind = 0;
  for (std::size_t at = end; at > from && foreign_[at - 1]; --at) {
    behind += evidence_[at - 1];
    const float bits = bits_of(behind);
    if (bits < surprising_evidence && all - bits > 0.0F) return true;
  }
  return false;
}

bool ByteScores::is_unlike_values(std::size_t from, std::size_t end) const {
  return end - from >= telling_value_bytes && evidence_of(from, end) < unlike_values;
}

std::optional<std::size_t> ByteScores::change_at(std::size_t from) const {
  const std::size_t end = std::min(bytes_.size(), from + change_slack_bytes);
  for (std::size_t i = std::max<std::size_t>(from, 1); i < end; ++i) {
    if (foreign_[i - 1] != foreign_[i]) return i;
  }
  return std::nullopt;
}

}  // namespace persist::log
