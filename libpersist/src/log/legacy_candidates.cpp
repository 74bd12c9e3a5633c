#include "log/legacy_candidates.hpp"

#include <array>

namespace persist::log {
namespace {

using FirstBytes = std::array<bool, 256>;

bool overlaps(const VersionRange& range, Version low, Version high) {
  return range.low <= high && range.high >= low;
}

// The first bytes that an expected version can have: nearly all offsets fail this one look.
FirstBytes first_bytes_of(const VersionRanges& expected) {
  FirstBytes first{};
  for (const VersionRange& range : expected.ranges()) {
    for (Version version = range.low;
         version <= range.high && version <= formats::varint_single_byte_max; ++version) {
      first[version] = true;
    }
    if (overlaps(range, formats::varint_single_byte_max + 1, UINT16_MAX)) {
      first[formats::varint_tag_u16] = true;
    }
    if (overlaps(range, UINT16_MAX + 1, UINT32_MAX)) first[formats::varint_tag_u32] = true;
    if (range.high > UINT32_MAX) first[formats::varint_tag_u64] = true;
  }
  first[0] = false;
  return first;
}

}  // namespace

std::vector<Candidate> find_headless(ByteView bytes, const VersionRanges& expected) {
  const FirstBytes first = first_bytes_of(expected);
  std::vector<Candidate> candidates;
  Candidate candidate;
  candidate.is_headless = true;
  for (std::size_t at = 0; at < bytes.size(); ++at) {
    if (!first[static_cast<std::uint8_t>(bytes[at])]) continue;
    if (parse_behind_key(bytes.data() + at, bytes.size() - at, 0, candidate.shape) !=
        Parse::whole) {
      continue;
    }
    if (!expected.contains(candidate.shape.version)) continue;
    candidate.at = at;
    candidates.push_back(candidate);
  }
  return candidates;
}

std::vector<Candidate> find_candidates(ByteView bytes, const VersionRanges& expected,
                                       std::size_t chain_at) {
  const FirstBytes first = first_bytes_of(expected);
  std::vector<Candidate> candidates;
  std::size_t chain = chain_at;
  Candidate candidate;
  for (std::size_t at = 0; at < bytes.size(); ++at) {
    const auto length = static_cast<std::uint8_t>(bytes[at]);
    const bool is_chain = at == chain;
    if (length <= formats::varint_single_byte_max && !is_chain) {
      const std::size_t version_at = at + 1 + length;
      if (version_at >= bytes.size()) continue;
      if (!first[static_cast<std::uint8_t>(bytes[version_at])]) continue;
    }
    if (parse_record(bytes.data() + at, bytes.size() - at, candidate.shape) != Parse::whole) {
      continue;
    }
    candidate.at = at;
    candidate.is_expected = expected.contains(candidate.shape.version);
    if (!candidate.is_expected && !is_chain) continue;
    if (is_chain) chain = candidate.end();
    candidates.push_back(candidate);
  }
  return candidates;
}

}  // namespace persist::log
