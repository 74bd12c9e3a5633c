// Damages the bytes of a log in the ways that power cuts, disks and people do, and knows which
// commits are still whole afterwards, byte for byte.
#pragma once

#include <cstdint>
#include <random>
#include <string>
#include <string_view>
#include <vector>

namespace persist::test {

struct ByteRange {
  std::uint64_t offset = 0;
  std::uint64_t length = 0;
};

enum class DamageKind {
  cut,       // the end is lost in the middle of the last commit
  cut_many,  // ... of an earlier commit
  splice,    // bytes are missing from one commit on to its end: a torn tail that was appended to
  splice_twice,
  flip_bit,
  set_byte,
  zero_run,
  zero_tail,  // the end is zeros, and more zeros follow
  zeros_after,
  garbage_tail,
  hole,            // bytes are missing in the middle
  insert,          // bytes are inserted inside a commit
  insert_between,  // bytes are inserted between two commits
  duplicate_range,
  sector_swap,
  sector_zero,
  sector_repeat,  // a 512-byte sector holds the bytes of another
  header_gone,
  header_flip,
  doubled_header,
  length_field,  // the first bytes of a commit are random
  random_runs,   // several short runs of random bytes
};
inline constexpr DamageKind last_damage_kind = DamageKind::random_runs;
[[nodiscard]] std::string_view name_of(DamageKind kind) noexcept;

struct DamagedLog {
  std::string bytes;
  std::vector<bool> is_whole;  // by commit: all its bytes are there, unaltered and in one piece
};

// `commits` lie in `log` in ascending order; what is before the first is a header.
[[nodiscard]] DamagedLog damage_log(std::string_view log, const std::vector<ByteRange>& commits,
                                    DamageKind kind, std::mt19937_64& random);

}  // namespace persist::test
