#include "log/legacy_damage.hpp"

#include <algorithm>

#include "log/legacy_heads.hpp"

namespace persist::log {
namespace {

constexpr std::size_t examined_bytes = std::size_t{64} << 10U;
constexpr float least_head_evidence = 24.0F;
constexpr std::size_t max_keys = 64;

float evidence_of(const DamagedHead& head, const VersionRanges& expected) {
  if (!head.version) return head.evidence;
  return head.evidence + 8.0F * static_cast<float>(formats::varint_length_bytes(*head.version)) +
         expected.log2_probability(*head.version);
}

// The start of a key that is cut, or followed by something else than a version.
std::optional<ByteView> cut_key(ByteView gap) {
  std::uint64_t length = 0;
  const int at = parse_varint(gap.data(), gap.size(), length);
  if (at <= 0) return std::nullopt;
  return gap.substr(static_cast<std::size_t>(at), static_cast<std::size_t>(length));
}

// A key that is smaller than the last one cannot be of the same commit.
bool is_behind(ByteView last, ByteView cut) {
  return cut.substr(0, last.size()) < last.substr(0, cut.size());
}

}  // namespace

bool shows_version(ByteView gap, Version version, const LegacyModel& model) {
  gap = gap.substr(0, examined_bytes);
  if (version == 0) return false;
  std::string wanted;
  formats::append_varint(wanted, version);
  // The low bytes of a clock's version are its own: a few of them tell it, wherever it was cut.
  constexpr std::size_t telling_bytes = 4;
  if (wanted.size() == 1 + sizeof(Version)) {
    return gap.find(wanted.substr(0, telling_bytes)) != ByteView::npos;
  }
  const auto lengths = model.commonest_key_lengths(16);
  for (std::size_t at = gap.find(wanted); at != ByteView::npos; at = gap.find(wanted, at + 1)) {
    const std::size_t tag_at = at + wanted.size();
    if (tag_at < gap.size() && static_cast<std::uint8_t>(gap[tag_at]) > 1) continue;
    for (const std::uint64_t length : lengths) {
      if (length > at) continue;
      const auto key_length = static_cast<std::size_t>(length);
      const ByteView key = gap.substr(at - key_length, key_length);
      const float own = 8.0F * static_cast<float>(wanted.size());
      if (model.key_evidence(key) + own >= least_head_evidence + 8.0F) return true;
    }
  }
  return false;
}

GapFindings examine_gap(ByteView gap, const Neighbour& front, const Neighbour& back,
                        const LegacyModel& model, const VersionRanges& expected) {
  GapFindings findings;
  gap = gap.substr(0, examined_bytes);
  if (gap.empty()) return findings;
  const DamagedHead* best = nullptr;
  const auto heads = damaged_heads(gap, model, expected);
  for (const DamagedHead& head : heads) {
    if (best == nullptr || evidence_of(head, expected) > evidence_of(*best, expected)) best = &head;
  }
  if (best != nullptr && evidence_of(*best, expected) >= least_head_evidence) {
    findings.begins_like_a_record = true;
    if (best->key) findings.keys.emplace_back(*best->key);
    if (best->version) findings.version = *best->version;
    if (best->version && front.version != 0) {
      findings.front_is_partial = *best->version == front.version && best->key > front.key;
      findings.front_is_whole = !findings.front_is_partial;
    } else if (front.version != 0 && best->key && *best->key <= front.key) {
      findings.front_is_whole = true;
    }
  } else if (const auto key = cut_key(gap)) {
    const auto evidence = cut_head_evidence(gap, model);
    findings.begins_like_a_record = !evidence.empty() && evidence.back() > 0.0F;
    findings.front_is_whole =
        findings.begins_like_a_record && front.version != 0 && is_behind(front.key, *key);
  }
  if (front.version != 0 && front.version == back.version) {
    findings.front_is_partial = findings.back_is_partial = true;
  }
  return findings;
}

}  // namespace persist::log
