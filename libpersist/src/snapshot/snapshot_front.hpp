// What stands before a snapshot's entries: the header of line 1.1 and the LZ4 frame header, both
// optional, and either may be damaged.
#pragma once

#include <optional>
#include <persist/damage.hpp>
#include <persist/file_system.hpp>
#include <persist/formats/lz4_frame.hpp>
#include <vector>

namespace persist::snapshot {

struct Front {
  std::uint64_t begin = 0;  // where the entries begin, or their LZ4 frame
  bool is_headed = false;
  std::optional<Version> covered;  // of a headed snapshot; none: its header was cut
  std::optional<formats::Lz4FrameHeader> lz4;
  bool looks_like_lz4 = false;  // uncompressed, but begins with LZ4's magic number
  std::vector<Damage> damage;
};

// Errors: io; `newer_format` for a header of a version that is not known.
[[nodiscard]] Result<Front> read_front(File& file, std::uint64_t size_bytes);

}  // namespace persist::snapshot
