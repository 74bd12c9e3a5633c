#include "log/legacy_model.hpp"

#include <xxhash.h>

#include <algorithm>
#include <bit>
#include <cmath>

#include "log/log2_sum.hpp"

namespace persist::log {
namespace {

constexpr std::size_t sampled_value_bytes = 512;
constexpr std::size_t max_seen_keys = std::size_t{1} << 17U;
constexpr std::size_t max_exact_lengths = 4096;

// How a key comes about: as one of those seen, by the bytes usual at each position, by the bytes
// usual in keys, or like nothing before.
constexpr float share_unlike = 0.2F;  // of the keys of new shapes

// So many keys with one beginning have it on purpose.
constexpr std::uint64_t telling_records = 4;
// From here on a key is like nothing before, whatever bytes follow.
constexpr float hopeless_key = -120.0F;

// A clock that is set back by more than writers overlap.
constexpr float far_back_cost = 40.0F;

// Many, or keys that could be anything would seem to have shapes.
constexpr float key_prior = 48.0F;
// Of the bytes behind those there are many in long keys: by chance alone they would seem to tell
// something.
constexpr float later_prior = 16384.0F;

std::size_t shape_of(ByteView key) {
  return std::min<std::size_t>(key.size(), 255) * 256 +
         (key.empty() ? 0 : static_cast<std::uint8_t>(key.front()));
}

std::uint64_t hash_of(ByteView key) {
  const std::uint64_t hash = XXH3_64bits(key.data(), key.size());
  return hash == 0 ? 1 : hash;
}

std::size_t step_index(Version previous, Version version) {
  if (version >= previous) return static_cast<std::size_t>(std::bit_width(version - previous));
  return 65 + static_cast<std::size_t>(std::bit_width(previous - version));
}

}  // namespace

void LengthStatistics::learn(std::uint64_t length) {
  ++magnitudes_[static_cast<std::size_t>(std::bit_width(length))];
  ++total_;
  const bool is_new = times(length) == 0;
  if (is_new && distinct_ >= max_exact_lengths) return;
  if (is_new) ++distinct_;
  ++(length < short_lengths ? short_[static_cast<std::size_t>(length)] : long_[length]);
}

std::uint32_t LengthStatistics::times(std::uint64_t length) const {
  if (length < short_lengths) return short_[static_cast<std::size_t>(length)];
  const auto found = long_.find(length);
  return found == long_.end() ? 0 : found->second;
}

bool LengthStatistics::may_have_met(std::uint64_t length) const {
  return distinct_ >= max_exact_lengths || times(length) > 0;
}

float LengthStatistics::log2_probability(std::uint64_t length) const {
  const auto magnitude = static_cast<unsigned>(std::bit_width(length));
  const float width = magnitude == 0 ? 1.0F : std::exp2(static_cast<float>(magnitude - 1));
  const auto total = static_cast<float>(total_);
  const auto exact = static_cast<float>(times(length));
  const float alike = static_cast<float>(magnitudes_[magnitude]);
  // Unseen magnitudes: the larger, the less likely.
  const float unseen = 1.0F / (width * static_cast<float>((magnitude + 1) * (magnitude + 2)));
  // That a length is one not seen before: the fewer different ones there are.
  const float novel = std::min(0.3F, (static_cast<float>(distinct_) + 1.0F) / (total + 2.0F));
  const float probability =
      ((1.0F - novel) * exact + novel * alike / width + 0.5F * unseen) / (total + 0.5F);
  return std::log2(probability);
}

std::vector<std::uint64_t> LengthStatistics::commonest(std::size_t count) const {
  std::vector<std::pair<std::uint32_t, std::uint64_t>> by_count;
  for (std::size_t length = 0; length < short_lengths; ++length) {
    if (short_[length] > 0) by_count.emplace_back(short_[length], length);
  }
  for (const auto& [length, met] : long_) by_count.emplace_back(met, length);
  std::ranges::sort(by_count, std::greater<>());
  std::vector<std::uint64_t> lengths;
  for (const auto& [_, length] : by_count) {
    if (lengths.size() == count) break;
    lengths.push_back(length);
  }
  return lengths;
}

// Counts of bytes that are all as likely differ by chance, which says nothing of the next ones.
bool ByteStatistics::is_like_noise() const {
  constexpr std::uint32_t least_bytes = 4 * 256;
  constexpr float most_gain = 300.0F;  // bits; chance gives 184 or so, and 16 more or less
  if (total < least_bytes) return false;
  float gain = 0.0F;
  for (const std::uint32_t count : counts) {
    if (count == 0) continue;
    const auto times = static_cast<float>(count);
    gain += times * std::log2(times * 256.0F / static_cast<float>(total));
  }
  return gain < most_gain;
}

void ByteStatistics::prepare(float floor, float prior) {
  if (is_like_noise()) {
    evidence.fill(0.0F);
    return;
  }
  const float n = static_cast<float>(total);
  for (std::size_t byte = 0; byte < counts.size(); ++byte) {
    const float seen = (static_cast<float>(counts[byte]) + prior / 256.0F) / (n + prior);
    evidence[byte] = 8.0F + std::log2((1.0F - floor) * seen + floor / 256.0F);
  }
}

LegacyModel::LegacyModel() : positions_(positions + 1) {
  prepare();
}

bool LegacyModel::has_seen(std::uint64_t hash) const {
  if (seen_.empty()) return false;
  for (std::size_t slot = hash & (seen_.size() - 1); seen_[slot] != 0;
       slot = (slot + 1) & (seen_.size() - 1)) {
    if (seen_[slot] == hash) return true;
  }
  return false;
}

// In noise most keys are long: to hash them all would take longer than all the rest.
bool LegacyModel::may_have_seen(ByteView key) const {
  return key_shapes_[shape_of(key)] && key_lengths_.may_have_met(key.size());
}

void LegacyModel::note_key(std::uint64_t hash) {
  if (has_seen(hash)) {
    ++repeated_keys_;
    return;
  }
  if (distinct_keys_ >= max_seen_keys) return;
  if (seen_.empty()) seen_.resize(2 * max_seen_keys);
  std::size_t slot = hash & (seen_.size() - 1);
  while (seen_[slot] != 0) slot = (slot + 1) & (seen_.size() - 1);
  seen_[slot] = hash;
  ++distinct_keys_;
}

void LegacyModel::learn(const char* at, const RecordShape& shape, Version previous, bool is_sound) {
  const char* const key = at + shape.key_at;
  const auto key_length = static_cast<std::size_t>(shape.key_length);
  if (records_ == 0) common_front_.assign(key, std::min(key_length, positions));
  common_front_.resize(common_prefix_length(common_front_, ByteView(key, key_length)));
  ++records_;
  bytes_ += shape.length;
  bytes_of_keys_ += shape.version_at();
  key_lengths_.learn(shape.key_length);
  for (std::size_t i = 0; i < std::min<std::size_t>(key_length, 512); ++i) {
    positions_[std::min(i, positions)].learn(key[i]);
    key_bytes_.learn(key[i]);
  }
  if (is_sound) note_key(hash_of(ByteView(key, key_length)));
  const std::size_t key_shape = shape_of(ByteView(key, key_length));
  if (!key_shapes_[key_shape]) {
    key_shapes_[key_shape] = true;
    ++new_key_shapes_;
  }
  if (shape.has_value) {
    value_lengths_.learn(shape.value_length);
    const char* const value = at + shape.value_at();
    const auto sample =
        static_cast<std::size_t>(std::min<std::uint64_t>(shape.value_length, sampled_value_bytes));
    for (std::size_t i = 0; i < sample; ++i) values_.learn(value[i]);
    ++trailing_zeros_[trailing_zeros(
        ByteView(value, static_cast<std::size_t>(shape.value_length)))];
    if (holds_record(ByteView(value, sample))) ++nested_values_;
  } else {
    ++deletes_;
  }
  if (previous != 0) {
    ++steps_[step_index(previous, shape.version)];
    ++steps_total_;
    if (shape.version < max_version_) {
      backward_spread_ = std::max(backward_spread_, max_version_ - shape.version);
    }
    max_version_ = std::max(max_version_, shape.version);
  }
}

bool LegacyModel::learn_met_keys(const std::vector<ByteView>& keys) {
  bool has_new = false;
  for (const ByteView key : keys) {
    if (has_seen(key)) continue;
    note_key(hash_of(key));
    key_shapes_[shape_of(key)] = true;
    has_new = true;
  }
  return has_new;
}

// Whether a record with a key of a known shape starts somewhere in `value`.
bool LegacyModel::holds_record(ByteView value) const {
  constexpr std::size_t least_key_bytes = 3;  // shorter ones are found in any bytes
  RecordShape shape;
  for (std::size_t at = 0; at + least_key_bytes + 3 < value.size(); ++at) {
    const auto length = static_cast<std::uint8_t>(value[at]);
    if (length < least_key_bytes) continue;
    if (!key_shapes_[std::size_t{256} * length + static_cast<std::uint8_t>(value[at + 1])])
      continue;
    if (parse_record(value.data() + at, value.size() - at, shape) != Parse::bad &&
        shape.length > 0) {
      return true;
    }
  }
  return false;
}

void LegacyModel::prepare() {
  key_bytes_.prepare(0.05F, key_prior);
  values_.prepare(0.001F, 8.0F);
  if (key_bytes_.is_like_noise()) {
    // Of keys of any bytes no position tells anything.
    for (ByteStatistics& position : positions_) position.evidence.fill(0.0F);
    return;
  }
  for (ByteStatistics& position : positions_) position.prepare(0.01F, key_prior);
  positions_.back().prepare(0.01F, later_prior);
}

float LegacyModel::key_length_evidence(std::uint64_t length) const {
  return 8.0F * static_cast<float>(formats::varint_length_bytes(length)) +
         key_lengths_.log2_probability(length);
}

float LegacyModel::headless_cost() const {
  constexpr float least = 4.0F;
  const auto bytes = static_cast<float>(bytes_ + 1);
  const auto in_keys = static_cast<float>(bytes_of_keys_ + 1);
  return std::max(least, std::log2(bytes / in_keys));
}

bool LegacyModel::has_seen(ByteView key) const {
  return may_have_seen(key) && has_seen(hash_of(key));
}

bool LegacyModel::begins_like_all_keys(ByteView key) const {
  return records_ < telling_records || key.starts_with(common_front_);
}

LegacyModel::KeyEvidence LegacyModel::evidence_of_key(ByteView key) const {
  const float novelty = std::min(
      0.5F, (static_cast<float>(new_key_shapes_) + 1.0F) / (static_cast<float>(records_) + 2.0F));
  float by_position = std::log2(1.0F - novelty);
  float by_bytes = std::log2(novelty * (1.0F - share_unlike));
  for (std::size_t i = 0; i < key.size(); ++i) {
    by_position += key_byte_evidence(i, key[i]);
    by_bytes += key_bytes_.of(key[i]);
    if (std::max(by_position, by_bytes) < hopeless_key) break;
  }
  const auto records = static_cast<float>(records_);
  const float repeats = (static_cast<float>(repeated_keys_) + 0.5F) / (records + 1.0F);
  const float length = key_length_evidence(key.size()) + std::log2(1.0F - repeats);
  const float unlike = std::log2(novelty * share_unlike);
  KeyEvidence evidence{log2_sum(log2_sum(by_position, by_bytes), unlike) + length,
                       log2_sum(by_position, unlike) + length, unlike + length};
  if (!has_seen(key)) return evidence;
  const float whole_field =
      8.0F * static_cast<float>(formats::varint_length_bytes(key.size()) + key.size());
  const float seen = whole_field + std::log2(repeats / static_cast<float>(distinct_keys_));
  return {log2_sum(evidence.tight, seen), log2_sum(evidence.loose, seen), evidence.unlike};
}

std::size_t LegacyModel::trailing_zeros(ByteView value) {
  constexpr std::size_t most = 8;
  std::size_t zeros = 0;
  while (zeros < std::min(most, value.size()) && value[value.size() - 1 - zeros] == '\0') ++zeros;
  return zeros;
}

float LegacyModel::trailing_zeros_log2_probability(std::size_t zeros) const {
  std::uint64_t values = 0;
  for (const std::uint32_t count : trailing_zeros_) values += count;
  return std::log2((static_cast<float>(trailing_zeros_[zeros]) + 0.02F) /
                   (static_cast<float>(values) + 0.2F));
}

float LegacyModel::tag_evidence(bool has_value) const {
  const float records = static_cast<float>(records_) + 2.0F;
  const float deletes = (static_cast<float>(deletes_) + 0.5F) / records;
  return 8.0F + std::log2(has_value ? 1.0F - deletes : deletes);
}

float LegacyModel::value_length_evidence(std::uint64_t length) const {
  return 8.0F * static_cast<float>(formats::varint_length_bytes(length)) +
         value_lengths_.log2_probability(length);
}

float LegacyModel::step_log2_probability(Version previous, Version version, Version slack) const {
  const std::size_t index = step_index(previous, version);
  const std::size_t bits = index < 65 ? index : index - 65;
  const float within = bits == 0 ? 0.0F : static_cast<float>(bits - 1);
  if (version < previous && previous - version > slack && steps_[index] == 0) {
    return -far_back_cost - within;
  }
  const float seen =
      (static_cast<float>(steps_[index]) + 0.25F) / (static_cast<float>(steps_total_) + 16.0F);
  return std::log2(seen) - within;
}

}  // namespace persist::log
