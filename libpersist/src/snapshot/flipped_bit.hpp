// Finds the one flipped bit in bytes whose XXH32 is known: what a checksum tells beyond "damaged".
//
// Each step of XXH32 can be undone, so for each word of the bytes the checksum says what that word
// would have to be if all others are right, in one pass forwards and one backwards. Where that
// differs from what is there by one bit, the bit was flipped. Bytes with more damage than one bit
// pass for this by chance once in 2^29 words.
#pragma once

#include <optional>
#include <persist/formats/bytes.hpp>

namespace persist::snapshot {

struct BitPosition {
  std::size_t byte = 0;
  unsigned char mask = 0;
};

// None when no bit explains the checksum, or more than one does. Memory: as much as `bytes`.
[[nodiscard]] std::optional<BitPosition> find_flipped_bit(ByteView bytes,
                                                          std::uint32_t right_checksum);

}  // namespace persist::snapshot
