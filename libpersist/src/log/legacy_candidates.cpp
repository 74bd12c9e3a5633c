#include "log/legacy_candidates.hpp"

#include <array>

namespace persist::log {
namespace {

// By a version's first byte, how far behind it the option tag stands; 0: no version begins so.
// Nearly all offsets fail the look at that tag, so that they need not be parsed.
constexpr std::array<std::uint8_t, 256> make_tag_distances() {
  std::array<std::uint8_t, 256> distances{};
  for (std::size_t first = 1; first <= formats::varint_single_byte_max; ++first) {
    distances[first] = 1;
  }
  distances[formats::varint_tag_u16] = 3;
  distances[formats::varint_tag_u32] = 5;
  distances[formats::varint_tag_u64] = 9;
  return distances;
}
constexpr auto tag_distances = make_tag_distances();

bool could_be_version(ByteView bytes, std::size_t at) {
  if (at >= bytes.size()) return false;
  const std::size_t distance = tag_distances[static_cast<std::uint8_t>(bytes[at])];
  return distance != 0 && at + distance < bytes.size() &&
         static_cast<std::uint8_t>(bytes[at + distance]) <= 1;
}

}  // namespace

std::vector<Candidate> find_headless(ByteView bytes, const VersionRanges& expected) {
  std::vector<Candidate> candidates;
  Candidate candidate;
  candidate.is_headless = true;
  for (std::size_t at = 0; at < bytes.size(); ++at) {
    if (!could_be_version(bytes, at)) continue;
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

std::vector<Candidate> find_candidates(ByteView bytes) {
  std::vector<Candidate> candidates;
  Candidate candidate;
  for (std::size_t at = 0; at < bytes.size(); ++at) {
    const auto length = static_cast<std::uint8_t>(bytes[at]);
    if (length <= formats::varint_single_byte_max && !could_be_version(bytes, at + 1 + length)) {
      continue;
    }
    if (parse_record(bytes.data() + at, bytes.size() - at, candidate.shape) != Parse::whole) {
      continue;
    }
    candidate.at = at;
    candidates.push_back(candidate);
  }
  return candidates;
}

std::vector<Candidate> expected_among(const std::vector<Candidate>& candidates,
                                      const VersionRanges& expected, std::size_t end,
                                      std::size_t chain_at) {
  std::vector<Candidate> found;
  std::size_t chain = chain_at;
  for (const Candidate& candidate : candidates) {
    if (candidate.end() > end) continue;
    const bool is_chain = candidate.at == chain;
    const bool is_expected = expected.contains(candidate.shape.version);
    if (!is_expected && !is_chain) continue;
    if (is_chain) chain = candidate.end();
    found.push_back(candidate);
    found.back().is_expected = is_expected;
  }
  return found;
}

}  // namespace persist::log
