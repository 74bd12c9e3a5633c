// Finds entries again behind damage. Nothing marks an entry's beginning, so every offset is tried
// and a chain of entries is believed once it is too long and too orderly to be chance.
#pragma once

#include <optional>
#include <persist/formats/bytes.hpp>

#include "snapshot/entry_scan.hpp"

namespace persist::snapshot {

// What is known about the entries of one snapshot.
struct EntryShape {
  Version greatest_version = version_limit_0_27 - 1;  // covered, where a header says so
  std::optional<bool> clock_versions;                // all so far are wall clock times, or none is
};

struct ChainSearch {
  ByteView bytes;
  bool ends_here = false;  // the stream ends with `bytes`
  // Where the entries before broke off. A chain that begins earlier and gets just there, or not
  // beyond, explains nothing.
  std::size_t must_pass = 0;
  EntryShape shape;
};

// Whether entries follow one another from `at` on, with keys above `lower` (none: any), for more
// than `more_than` entries and with enough evidence against chance.
[[nodiscard]] bool is_chain(const ChainSearch& search, std::size_t at,
                            std::optional<ByteView> lower, std::size_t more_than) noexcept;

// How unlikely a random key is to lie between two, in bits. `low` is below `high`.
[[nodiscard]] std::size_t bits_between(ByteView low, ByteView high) noexcept;
// A key that lies between its neighbours' by chance has to be luckier than this.
inline constexpr std::size_t telling_key_bits = 4;

}  // namespace persist::snapshot
