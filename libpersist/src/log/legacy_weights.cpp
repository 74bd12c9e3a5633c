#include "log/legacy_weights.hpp"

#include <algorithm>
#include <persist/release_line.hpp>

#include "log/legacy_headers.hpp"
#include "log/log2_sum.hpp"

namespace persist::log {
namespace {

constexpr float outlier_version_cost = 100.0F;
constexpr float copied_version_cost = 250.0F;
constexpr float repeated_version_cost = 25.0F;  // one version, keys not ascending: two commits
constexpr float same_commit_cost = 1.0F;
// The upper three bytes of a clock's version; what was lost of it could be any number of bytes.
constexpr float cut_version_bits = 22.0F;
// That damage ends just there. Less, and a value that ends in what looks like one would be believed
// to be damaged rather than the one byte behind it.
constexpr float tail_cost = 12.0F;
constexpr float least_tail_weight = -14.0F;
constexpr std::uint64_t least_records = 8;  // before so many nothing is known of keys
// Before so many nothing is known of lengths that were never met.
constexpr std::uint64_t records_telling_lengths = 256;
constexpr std::size_t least_cut_head_bytes = 4;  // fewer are no evidence against the damage's cost
// Where values look like records, to believe in one. A clock's version is hardly a copy's when it
// is one that is expected.
constexpr float nested_entry_cost = 60.0F;
constexpr float nested_clock_entry_cost = 20.0F;

float bits_of(Version version) {
  return 8.0F * static_cast<float>(formats::varint_length_bytes(version));
}

}  // namespace

RecordWeights::RecordWeights(ByteView bytes, const LegacyModel& model,
                             const VersionRanges& expected, const ByteScores& byte_scores)
    : bytes_(bytes),
      model_(model),
      expected_(expected),
      byte_scores_(byte_scores),
      headless_cost_(model.headless_cost()) {
  for (std::size_t length = 1; length <= longest_piece_bytes; ++length) {
    key_lengths_[length] = model.key_length_log2_probability(length);
  }
  for (std::size_t length = 0; length <= formats::varint_single_byte_max; ++length) {
    is_met_key_length_[length] = model.may_have_met_key_length(length);
  }
}

// Of keys of each length, as many bytes as speak for it. A length that was met is better than any
// other: a whole key with what lies between it and the tail would be a longer one. Of few keys any
// other tells nothing, but where a log has lost its beginning.
HeadPiece RecordWeights::key_tail_in_front(std::size_t end) const {
  if (model_.records() < least_records) return {};
  const bool tells_new_lengths = model_.records() >= records_telling_lengths;
  for (const bool is_met : {true, false}) {
    if (!is_met && !tells_new_lengths && end > longest_piece_bytes) break;
    HeadPiece best = best_key_tail(end, is_met);
    if (best.weight <= 0.0F) continue;
    best.weight -= std::max(0.0F, byte_scores_.of(end - best.length, end)) + tail_cost;
    if (best.weight > 0.0F) return best;
  }
  return {};
}

HeadPiece RecordWeights::best_key_tail(std::size_t end, bool is_met_length) const {
  HeadPiece best;
  for (std::size_t length = 1; length <= longest_piece_bytes; ++length) {
    if (is_met_key_length_[length] != is_met_length) continue;
    float weight = key_lengths_[length];
    if (weight < least_tail_weight) continue;
    for (std::size_t bytes = 1; bytes <= std::min(length, end); ++bytes) {
      weight += model_.key_byte_evidence(length - bytes, bytes_[end - bytes]);
      if (weight > best.weight) best = {bytes, weight};
      if (weight < least_tail_weight) break;
    }
  }
  return best;
}

// Damage that was met twice: by the record that is cut here, and by what is in front of it.
HeadPiece RecordWeights::cut_head_in_front(std::size_t end) const {
  HeadPiece best;
  if (model_.records() < least_records || model_.has_nested_records()) return best;
  const std::size_t most = std::min(longest_piece_bytes, end);
  for (std::size_t length = least_cut_head_bytes; length <= most; ++length) {
    const ByteView head = bytes_.substr(end - length, length);
    if (!begins_like_head(head)) continue;
    const std::vector<float> evidence = cut_head_evidence(head, model_, expected_);
    if (evidence.size() < length || evidence[length - 1] - damage_cost <= best.weight) continue;
    best = {length, evidence[length - 1] - damage_cost};
  }
  return best;
}

// Told from its first bytes: hardly any of those in damage do.
bool RecordWeights::begins_like_head(ByteView head) const {
  const auto key_length = static_cast<std::uint8_t>(head.front());
  if (key_length == 0 || !is_met_key_length_[key_length]) return false;
  float sum = 0.0F;
  for (std::size_t i = 0; i < std::min<std::size_t>(key_length, least_cut_head_bytes - 1); ++i) {
    sum += model_.key_byte_evidence(i, head[i + 1]);
  }
  return sum >= 0.0F;
}

RecordWeight RecordWeights::of(const Candidate& start) const {
  RecordWeight weight;
  if (start.is_headless) {
    if (start.shape.version != 0) weight.piece = key_tail_in_front(start.at);
    weight.own = -headless_cost_;
  } else {
    weight.key = model_.evidence_of_key(start.key(bytes_));
    // Where damage goes on through the key, its bytes are what those of the region are.
    const std::size_t key_at = start.at + static_cast<std::size_t>(start.shape.key_at);
    const float usual =
        byte_scores_.of(key_at, key_at + static_cast<std::size_t>(start.shape.key_length));
    weight.key.loose = log2_sum(weight.key.loose, weight.key.unlike + std::max(0.0F, usual));
    weight.own = weight.key.tight;
    weight.piece = cut_head_in_front(start.at);
  }
  weight.own += model_.tag_evidence(start.shape.has_value);
  if (start.shape.has_value) {
    const std::size_t value_at = start.at + static_cast<std::size_t>(start.shape.value_at());
    weight.own += model_.value_length_evidence(start.shape.value_length);
    weight.own += byte_scores_.of_value(value_at, start.end());
  }
  return weight;
}

// Copies in values have versions of any kind; of the log's own those that come late alone are none
// of the expected ones.
float RecordWeights::outlier_cost(Version version) const {
  const bool is_of_copy = model_.has_nested_records() && !expected_.is_late(version);
  return is_of_copy ? copied_version_cost : outlier_version_cost;
}

float RecordWeights::version_alone(Version version) const {
  if (version == 0) return cut_version_bits;
  if (!expected_.contains(version)) return -outlier_cost(version);
  return bits_of(version) + expected_.log2_probability(version);
}

float RecordWeights::version_behind(const Front& front, Version version, ByteView key) const {
  const bool is_expected = expected_.contains(version);
  if (front.version == 0) return is_expected ? version_alone(version) : 0.0F;
  if (version == front.version && key > front.key) return bits_of(version) - same_commit_cost;
  if (version == front.version) return version_alone(version) - repeated_version_cost;
  if (!is_expected) return -outlier_cost(version);
  if (expected_.is_taken(version)) return version_alone(version);
  return bits_of(version) + model_.step_log2_probability(front.version, version, expected_.slack) -
         1.0F;
}

float RecordWeights::entry(const Candidate& start, const RecordWeight& weight,
                           bool may_be_copy) const {
  float nested = 0.0F;
  if (may_be_copy && model_.has_nested_records()) {
    const bool is_clock = is_clock_version(start.shape.version);
    nested = is_clock ? nested_clock_entry_cost : nested_entry_cost;
  }
  const float loose = weight.key.loose - weight.key.tight;
  return weight.own + loose + version_alone(start.shape.version) - nested;
}

float RecordWeights::torn_entry(const Candidate& start, const RecordWeight& weight) const {
  return model_.tag_evidence(true) + weight.key.loose +
         model_.value_length_evidence(start.shape.value_length) +
         version_alone(start.shape.version) - damage_cost;
}

}  // namespace persist::log
