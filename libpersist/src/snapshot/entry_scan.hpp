// Looks at the bytes where an entry should be and judges them, without keeping anything: the inner
// loop of the reader and of the search for entries behind damage.
#pragma once

#include <persist/formats/snapshot_entry.hpp>
#include <persist/release_line.hpp>

namespace persist::snapshot {

enum class EntryFault : std::uint8_t {
  none,
  truncated,      // the bytes end before the entry does
  undecodable,    // no entry, whatever follows
  no_versions,    // decodes, but no release writes it: what zeros decode to
  bad_version,    // decodes, but with version 0 or one that every engine refuses
  version_order,  // decodes, but its versions do not ascend
};

// The entry decodes to its end, whatever else is wrong with it.
[[nodiscard]] constexpr bool has_length(EntryFault fault) noexcept {
  return fault != EntryFault::truncated && fault != EntryFault::undecodable;
}

struct EntryScan {
  EntryFault fault = EntryFault::none;
  bool has_key = false;  // the key at least is there
  ByteView key;
  // Of the whole entry; when truncated, the least it can be: a length that is declared in it can
  // make this anything.
  std::uint64_t length_bytes = 0;
  std::uint64_t count = 0;  // of versions, as declared
  Version newest = 0;
  bool holds_value = false;  // the newest version is no delete
};

// How far to decode an entry that no release writes: to its end, or only until that is known.
enum class Decoding { whole, until_fault };

[[nodiscard]] EntryScan scan_entry(ByteView bytes, Decoding decoding) noexcept;

}  // namespace persist::snapshot
