#include "snapshot/entry_chain.hpp"

#include <algorithm>
#include <bit>

namespace persist::snapshot {
namespace {

// Evidence is counted in bits: how unlikely it is that other bytes look the same. With 56 of them,
// a false chain is not expected in less than a thousand terabytes of random bytes.
constexpr int enough_evidence_bits = 56;
// At the very end of the stream there are few offsets to be wrong about and no successor to ask.
constexpr int enough_evidence_at_end_bits = 38;
constexpr int exact_end_bits = 24;
constexpr int single_version_bits = 8;  // the count is 1
constexpr int option_tag_bits = 7;      // each is 0 or 1
constexpr int clock_version_bits = 16;  // a time, where all others are times
constexpr std::size_t max_tags_counted = 3;
constexpr std::size_t max_prefix_counted = 3;  // longer prefixes also occur inside values

int evidence_of_key(ByteView key, std::optional<ByteView> lower) noexcept {
  if (!lower) return 0;
  return 8 * static_cast<int>(std::min(common_prefix_length(key, *lower), max_prefix_counted));
}

bool fits(const EntryScan& entry, const EntryShape& shape) noexcept {
  if (entry.fault != EntryFault::none || entry.newest > shape.greatest_version) return false;
  return !shape.clock_versions || *shape.clock_versions == is_clock_version(entry.newest);
}

int evidence_of_entry(const EntryScan& entry, const EntryShape& shape) noexcept {
  int bits =
      option_tag_bits * static_cast<int>(std::min<std::uint64_t>(entry.count, max_tags_counted));
  if (entry.count == 1) bits += single_version_bits;
  if (shape.clock_versions.value_or(false)) bits += clock_version_bits;
  return bits;
}

}  // namespace

std::size_t bits_between(ByteView low, ByteView high) noexcept {
  const std::size_t shared = common_prefix_length(low, high);
  const auto next_two = [shared](ByteView key) {
    unsigned value = 0;
    for (std::size_t i = shared; i < shared + 2; ++i) {
      value = value << 8U | (i < key.size() ? static_cast<unsigned char>(key[i]) : 0U);
    }
    return value;
  };
  const unsigned width = std::bit_width(next_two(high) - next_two(low));
  return 8 * shared + (width < 16 ? 16 - width : 0);
}

bool is_chain(const ChainSearch& search, std::size_t at, std::optional<ByteView> lower,
              std::size_t more_than) noexcept {
  int evidence = 0;
  std::size_t entries = 0;
  const auto is_enough = [&](int needed) {
    return evidence >= needed && entries > more_than && at > search.must_pass;
  };
  while (at < search.bytes.size()) {
    const EntryScan entry = scan_entry(search.bytes.substr(at), Decoding::until_fault);
    const bool in_order = entry.has_key && (!lower || entry.key > *lower);
    if (!in_order) return is_enough(enough_evidence_bits);
    evidence += evidence_of_key(entry.key, lower);
    // The chain ends in damage, or in a longer entry than can be seen: its key speaks all the same.
    if (!fits(entry, search.shape)) return entries > 0 && is_enough(enough_evidence_bits);
    evidence += evidence_of_entry(entry, search.shape);
    ++entries;
    at += static_cast<std::size_t>(entry.length_bytes);
    if (at == search.must_pass) return false;
    lower = entry.key;
    if (is_enough(enough_evidence_bits)) return true;
  }
  if (!search.ends_here) return false;
  evidence += exact_end_bits;
  return is_enough(enough_evidence_at_end_bits);
}

}  // namespace persist::snapshot
