// The 16 bytes that line 1.1 puts before a snapshot's entries, outside any compression (README.md,
// "Snapshot").
#pragma once

#include <persist/formats/bytes.hpp>

namespace persist::formats {

inline constexpr ByteView snapshot_magic{"\xFFSMXSNP", 7};
inline constexpr char snapshot_header_version = 1;
inline constexpr std::size_t snapshot_header_length_bytes = 16;

// `covered`: the snapshot holds every commit at or below this version and none above it.
struct SnapshotHeader {
  Version covered = 0;

  friend bool operator==(const SnapshotHeader&, const SnapshotHeader&) = default;
};

// Errors: truncated (a proper prefix of a header), bad_magic, newer_version.
[[nodiscard]] Decoded<SnapshotHeader> decode_snapshot_header(ByteView bytes) noexcept;

void append_snapshot_header(std::string& out, const SnapshotHeader& header);

}  // namespace persist::formats
