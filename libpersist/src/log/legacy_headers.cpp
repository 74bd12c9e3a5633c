#include "log/legacy_headers.hpp"

#include <algorithm>
#include <cmath>

namespace persist::log {
namespace {

// One byte that is not what it was: which one, and which of all others.
constexpr float changed_byte_cost = 12.0F;
constexpr std::size_t longest_cut_head_bytes = 4096;
constexpr std::size_t usual_head_bytes = 80;
constexpr float hopeless = -48.0F;  // no later byte makes a head of these

// The version at `at`, if one that is expected stands there.
std::optional<Version> version_at(ByteView bytes, std::size_t at, const VersionRanges& ranges,
                                  int& length) {
  if (at >= bytes.size()) return std::nullopt;
  Version version = 0;
  length = parse_varint(bytes.data() + at, bytes.size() - at, version);
  if (length <= 0 || version == 0 || !ranges.contains(version)) return std::nullopt;
  return version;
}

// Whether one other byte in the version's place would make it one that is expected.
bool is_version_but_for_a_byte(ByteView bytes, std::size_t at, const VersionRanges& ranges) {
  for (const VersionRange& range : ranges.ranges()) {
    std::string wanted;
    formats::append_varint(wanted, range.low + (range.high - range.low) / 2);
    if (at + wanted.size() > bytes.size() || wanted.size() < 3) continue;
    for (std::size_t changed = 0; changed < wanted.size(); ++changed) {
      std::string mended(bytes.substr(at, wanted.size()));
      mended[changed] = wanted[changed];
      Version version = 0;
      if (parse_varint(mended.data(), mended.size(), version) > 0 && ranges.contains(version)) {
        return true;
      }
    }
  }
  return false;
}

// The head with the key at [key_at, key_at + key_length), as far as its version and tag go.
DamagedHeader head_with_key(ByteView bytes, std::size_t key_at, std::size_t key_length,
                            float evidence, const LegacyModel& model, const VersionRanges& ranges) {
  DamagedHeader head;
  head.key = bytes.substr(key_at, key_length);
  head.length = key_at + key_length;
  head.evidence = evidence;
  int length = 0;
  const auto version = version_at(bytes, head.length, ranges, length);
  if (!version) {
    head.evidence -= changed_byte_cost;
    if (is_version_but_for_a_byte(bytes, head.length, ranges)) {
      head.has_altered_version = true;
      head.length += formats::varint_length_bytes(ranges.ranges().front().low);
    }
    return head;
  }
  const std::size_t tag_at = head.length + static_cast<std::size_t>(length);
  head.version = version;
  head.length = tag_at;
  if (tag_at < bytes.size() && static_cast<std::uint8_t>(bytes[tag_at]) <= 1) {
    head.evidence += model.tag_evidence(bytes[tag_at] == 1);
    // A delete that can be read to its end is whole, unless the tag is what was altered.
    if (bytes[tag_at] == 0) head.evidence -= changed_byte_cost;
    ++head.length;
  } else if (tag_at < bytes.size()) {
    head.evidence -= changed_byte_cost;
  }
  return head;
}

// The same head cut behind its key, where no option tag follows what reads as a version: that is
// another record's length, say.
void add_cut_behind_key(std::vector<DamagedHeader>& heads, std::size_t key_at, float key_evidence) {
  const DamagedHeader& head = heads.back();
  if (!head.version) return;
  DamagedHeader cut;
  cut.key = head.key;
  cut.length = key_at + head.key->size();
  const bool has_tag = head.length > cut.length + formats::varint_length_bytes(*head.version);
  if (has_tag) return;
  cut.evidence = key_evidence - changed_byte_cost;
  heads.push_back(cut);
}

// The same head with its value's length, where that is whole: the damage is in the value.
void add_with_value_length(std::vector<DamagedHeader>& heads, ByteView bytes,
                           const LegacyModel& model) {
  DamagedHeader head = heads.back();
  if (head.length == 0 || head.length >= bytes.size() || bytes[head.length - 1] != 1) return;
  if (!head.version && !head.has_altered_version) return;
  std::uint64_t value_length = 0;
  const int length =
      parse_varint(bytes.data() + head.length, bytes.size() - head.length, value_length);
  if (length <= 0 || value_length == 0) return;  // without a value there is nothing to damage
  head.evidence += model.value_length_evidence(value_length);
  head.length += static_cast<std::size_t>(length);
  head.value_length = value_length;
  heads.push_back(head);
}

}  // namespace

std::vector<DamagedHeader> damaged_headers(ByteView bytes, const LegacyModel& model,
                                           const VersionRanges& ranges) {
  std::vector<DamagedHeader> heads;
  std::uint64_t key_length = 0;
  const int key_at = parse_varint(bytes.data(), bytes.size(), key_length);
  if (key_at > 0 && key_length < bytes.size() - static_cast<std::size_t>(key_at)) {
    const auto at = static_cast<std::size_t>(key_at);
    const auto length = static_cast<std::size_t>(key_length);
    const float evidence = model.key_evidence(bytes.substr(at, length));
    heads.push_back(head_with_key(bytes, at, length, evidence, model, ranges));
    add_cut_behind_key(heads, at, evidence);
    add_with_value_length(heads, bytes, model);
  }
  for (const std::uint64_t length : model.commonest_key_lengths(4)) {
    if (length > formats::varint_single_byte_max || length + 2 >= bytes.size()) continue;
    if (key_at == 1 && length == key_length) continue;
    const ByteView key = bytes.substr(1, static_cast<std::size_t>(length));
    const float evidence = model.key_evidence(key) - changed_byte_cost;
    heads.push_back(
        head_with_key(bytes, 1, static_cast<std::size_t>(length), evidence, model, ranges));
    heads.back().has_altered_key_length = true;
    add_with_value_length(heads, bytes, model);
  }
  return heads;
}

std::vector<float> cut_head_evidence(ByteView bytes, const LegacyModel& model,
                                     const VersionRanges& ranges) {
  std::vector<float> evidence;
  std::uint64_t key_length = 0;
  const int key_at = parse_varint(bytes.data(), bytes.size(), key_length);
  if (key_at <= 0) return evidence;
  float sum = model.key_length_evidence(key_length);
  const std::size_t end = static_cast<std::size_t>(std::min<std::uint64_t>(
      {bytes.size(), longest_cut_head_bytes, static_cast<std::uint64_t>(key_at) + key_length}));
  const std::size_t behind = std::min<std::size_t>(bytes.size(), end + 12);
  evidence.reserve(std::min(behind, usual_head_bytes));
  evidence.assign(static_cast<std::size_t>(key_at), sum);
  for (std::size_t at = static_cast<std::size_t>(key_at); at < end; ++at) {
    sum += model.key_byte_evidence(at - static_cast<std::size_t>(key_at), bytes[at]);
    if (sum < hopeless) return evidence;
    evidence.push_back(sum);
  }
  // The version, as far as it goes; what follows it is no evidence.
  float version = 0.0F;
  while (evidence.size() < behind) {
    const std::size_t length = evidence.size() + 1 - end;
    const float probability = ranges.probability_of_cut(bytes.substr(end, length));
    if (probability > 0.0F) version = 8.0F * static_cast<float>(length) + std::log2(probability);
    evidence.push_back(sum + version);
  }
  return evidence;
}

}  // namespace persist::log
