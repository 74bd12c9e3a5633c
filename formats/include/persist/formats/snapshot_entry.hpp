// A snapshot's entry: a key and its versions (README.md, "Snapshot"). Lines up to 0.18 keep every
// version, deletes included; later ones exactly one version that holds a value.
#pragma once

#include <span>
#include <vector>

#include <persist/formats/record.hpp>

namespace persist::formats {

struct VersionedValue {
  Version version = 0;
  std::optional<ByteView> value;  // empty: deleted at this version

  friend bool operator==(const VersionedValue&, const VersionedValue&) = default;
};

// The entry at the cursor: returns its key and fills `versions` (cleared first). A declared count is
// not trusted with an allocation. On an error the cursor's position is unspecified.
// Errors: truncated, reserved_varint, bad_option_tag. Order, emptiness and version 0 are the
// reader's to judge: the bytes decode all the same.
[[nodiscard]] Decoded<ByteView> take_snapshot_entry(Cursor& cursor,
                                                    std::vector<VersionedValue>& versions);

void append_snapshot_entry(std::string& out, ByteView key,
                           std::span<const VersionedValue> versions);

}  // namespace persist::formats
