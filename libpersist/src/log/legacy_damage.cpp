#include "log/legacy_damage.hpp"

#include <xxhash.h>

#include <algorithm>

#include "log/legacy_headers.hpp"

namespace persist::log {
namespace {

constexpr std::size_t examined_bytes = std::size_t{64} << 10U;
constexpr float least_head_evidence = 24.0F;
// The low bytes of a clock's version are its own: a few of them tell it, wherever it was cut.
constexpr std::size_t telling_clock_bytes = 4;
// Of a record behind its key: by so many it is known again.
constexpr std::size_t least_copied_bytes = 20;

float evidence_of(const DamagedHeader& head, const VersionRanges& expected) {
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

// Whether `bytes` end with the length and the key of one of the records.
bool ends_copied_key(ByteView bytes, const std::vector<ByteView>& records) {
  return std::ranges::any_of(records, [bytes](ByteView record) {
    RecordShape shape;
    if (parse_record(record.data(), record.size(), shape) != Parse::whole) return false;
    return bytes.ends_with(record.substr(0, static_cast<std::size_t>(shape.version_at())));
  });
}

// A record from its version on; empty when that is too little to tell it from others.
ByteView behind_key(ByteView record) {
  RecordShape shape;
  if (parse_record(record.data(), record.size(), shape) != Parse::whole) return {};
  const ByteView rest = record.substr(static_cast<std::size_t>(shape.version_at()));
  return rest.size() < least_copied_bytes ? ByteView() : rest;
}

bool begins_with_copy(ByteView bytes, const std::vector<ByteView>& records) {
  return std::ranges::any_of(records, [bytes](ByteView record) {
    const ByteView rest = behind_key(record);
    return !rest.empty() && bytes.starts_with(rest);
  });
}

// Whether the version of `version_length` bytes at `at` stands between a key and an option tag.
bool ends_key(ByteView gap, std::size_t at, std::size_t version_length,
              const std::vector<std::uint64_t>& key_lengths, const LegacyModel& model) {
  const std::size_t tag_at = at + version_length;
  if (tag_at < gap.size() && static_cast<std::uint8_t>(gap[tag_at]) > 1) return false;
  const float own = 8.0F * static_cast<float>(version_length);
  return std::ranges::any_of(key_lengths, [&](std::uint64_t length) {
    if (length > at) return false;
    const auto key_length = static_cast<std::size_t>(length);
    const ByteView key = gap.substr(at - key_length, key_length);
    // A key that begins with the gap has lost its length; any other one stands behind it.
    const bool is_key =
        at == key_length || (length <= formats::varint_single_byte_max &&
                             static_cast<std::uint8_t>(gap[at - key_length - 1]) == length);
    return is_key && model.key_evidence(key) + own >= least_head_evidence + 8.0F;
  });
}

// A key that is smaller than the last one cannot be of the same commit.
bool is_behind(ByteView last, ByteView cut) {
  return cut.substr(0, last.size()) < last.substr(0, cut.size());
}

}  // namespace

bool shows_version(ByteView gap, Version version, const std::vector<ByteView>& known,
                   const LegacyModel& model) {
  gap = gap.substr(0, examined_bytes);
  if (version == 0) return false;
  std::string wanted;
  formats::append_varint(wanted, version);
  const bool is_clock = wanted.size() == 1 + sizeof(Version);
  const ByteView telling =
      is_clock ? ByteView(wanted).substr(0, telling_clock_bytes) : ByteView(wanted);
  const auto lengths = model.commonest_key_lengths(16);
  for (std::size_t at = gap.find(telling); at != ByteView::npos; at = gap.find(telling, at + 1)) {
    if (ends_copied_key(gap.substr(0, at), known)) continue;
    if (begins_with_copy(gap.substr(at), known)) continue;
    if (is_clock || ends_key(gap, at, wanted.size(), lengths, model)) return true;
  }
  return false;
}

HiddenRecord hidden_record(ByteView left, Version version) {
  return {version, left.size(), XXH3_64bits(left.data(), left.size())};
}

bool is_copied(const HiddenRecord& hidden, const std::vector<ByteView>& records) {
  return std::ranges::any_of(records, [&hidden](ByteView record) {
    const ByteView rest = behind_key(record);
    return !rest.empty() && rest.size() == hidden.length &&
           XXH3_64bits(rest.data(), rest.size()) == hidden.hash;
  });
}

GapFindings examine_gap(ByteView gap, const Neighbour& front, const Neighbour& back,
                        const LegacyModel& model, const VersionRanges& expected) {
  GapFindings findings;
  gap = gap.substr(0, examined_bytes);
  if (gap.empty()) return findings;
  // A key without a version may be that of a copy in a value, which proves nothing.
  const bool key_tells = front.version != 0 && !model.has_nested_records();
  const DamagedHeader* best = nullptr;
  const auto heads = damaged_headers(gap, model, expected);
  for (const DamagedHeader& head : heads) {
    if (best == nullptr || evidence_of(head, expected) > evidence_of(*best, expected)) best = &head;
  }
  if (best != nullptr && evidence_of(*best, expected) >= least_head_evidence) {
    findings.begins_like_a_record = true;
    if (best->key) findings.keys.emplace_back(*best->key);
    if (best->version) findings.version = *best->version;
    if (best->version && front.version != 0) {
      findings.front_is_partial = *best->version == front.version && best->key > front.key;
      findings.front_is_whole = !findings.front_is_partial;
    } else if (key_tells && best->key && *best->key <= front.key) {
      findings.front_is_whole = true;
    }
  } else if (const auto key = cut_key(gap)) {
    const auto evidence = cut_head_evidence(gap, model, expected);
    findings.begins_like_a_record = !evidence.empty() && evidence.back() > 0.0F;
    findings.front_is_whole =
        findings.begins_like_a_record && key_tells && is_behind(front.key, *key);
  }
  // A key that is not above the last one is a copy's: the commit goes on with a greater one.
  if (front.version != 0 && front.version == back.version && back.key > front.key) {
    findings.front_is_partial = findings.back_is_partial = true;
  }
  return findings;
}

}  // namespace persist::log
