#include "log/legacy_candidates.hpp"

#include <algorithm>
#include <array>
#include <optional>
#include <persist/release_line.hpp>

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

// The upper bytes of a clock's version change once in minutes.
constexpr unsigned upper_bits_from = 40;
constexpr std::size_t upper_bytes = 3;
constexpr Version widest_known = Version{1} << 43U;

// The upper bytes that versions expected here have; none when they could be many.
std::vector<Version> expected_upper_bytes(const VersionRanges& expected) {
  std::vector<Version> known;
  for (const VersionRange& range : expected.ranges()) {
    if (!is_clock_version(range.low) || range.high - range.low > widest_known) continue;
    for (Version upper = range.low >> upper_bits_from; upper <= range.high >> upper_bits_from;
         ++upper) {
      if (std::ranges::find(known, upper) == known.end()) known.push_back(upper);
    }
  }
  return known;
}

// The record whose version's upper bytes lie at `at`, when those below them do not.
std::optional<Candidate> cut_in_version(ByteView bytes, std::size_t at,
                                        const std::vector<Version>& known) {
  constexpr std::size_t lower_bytes = 5;
  if (at + upper_bytes >= bytes.size() || static_cast<std::uint8_t>(bytes[at + upper_bytes]) > 1) {
    return std::nullopt;
  }
  Version upper = 0;
  for (std::size_t i = upper_bytes; i-- > 0;) {
    upper = upper << 8U | static_cast<std::uint8_t>(bytes[at + i]);
  }
  if (std::ranges::find(known, upper) == known.end()) return std::nullopt;
  const bool is_whole =
      at > lower_bytes &&
      static_cast<std::uint8_t>(bytes[at - lower_bytes - 1]) == formats::varint_tag_u64;
  if (is_whole) return std::nullopt;
  Candidate candidate;
  candidate.is_headless = true;
  candidate.at = at;
  candidate.shape.version_length = upper_bytes;
  const Parse parse =
      parse_behind_version(bytes.data() + at, bytes.size() - at, upper_bytes, candidate.shape);
  if (parse != Parse::whole) return std::nullopt;
  return candidate;
}

// A run of ones reads as records, wherever one starts in it: each a key, its version and a value.
bool is_within_ones(ByteView bytes, std::size_t at) {
  static constexpr ByteView record("\1\1\1\1\1\1");
  const auto is_one = [&](std::size_t from) { return bytes.substr(from).starts_with(record); };
  if (!is_one(at)) return false;
  return is_one(at + record.size()) || (at >= record.size() && is_one(at - record.size()));
}

}  // namespace

std::vector<Candidate> find_headless(ByteView bytes, const VersionRanges& expected) {
  std::vector<Candidate> candidates;
  const std::vector<Version> upper = expected_upper_bytes(expected);
  Candidate candidate;
  candidate.is_headless = true;
  for (std::size_t at = 0; at < bytes.size(); ++at) {
    if (!upper.empty()) {
      if (const auto cut = cut_in_version(bytes, at, upper)) candidates.push_back(*cut);
    }
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
    if (is_within_ones(bytes, at)) continue;
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
