// Whether the entry right before damage is whole. A damaged length makes an entry swallow the start
// of its successor, or end too early, and only what lies behind it can tell (formats/README.md,
// "Snapshot").
#pragma once

#include <optional>
#include <persist/formats/bytes.hpp>

namespace persist::snapshot {

struct Neighbourhood {
  ByteView entry;                 // the last entry before the damage, all its bytes
  ByteView key;                   // its key
  std::optional<ByteView> value;  // its newest value; none: a delete
  std::optional<ByteView> previous_key;
  bool values_are_text = false;  // those of the entries before it
  ByteView rest;                 // the bytes behind it, as far as they are at hand
  bool stream_ends = false;      // and there are no more than those
  bool resumes = false;          // entries follow somewhere behind the damage
};

enum class Standing { whole, uncertain, damaged };

[[nodiscard]] Standing standing_of(const Neighbourhood& around) noexcept;

// No control characters but line breaks and tabs, and valid UTF-8 but for a character that is cut
// at either end. Empty bytes are text.
[[nodiscard]] bool is_text(ByteView bytes) noexcept;

}  // namespace persist::snapshot
