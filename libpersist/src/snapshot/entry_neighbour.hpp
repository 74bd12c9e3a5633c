// Whether the entry right before damage is whole. A damaged length makes an entry swallow the start
// of its successor, or end too early, and only what lies behind it can tell (formats/README.md,
// "Snapshot").
#pragma once

#include <optional>
#include <persist/formats/bytes.hpp>

#include "snapshot/byte_profile.hpp"

namespace persist::snapshot {

struct Neighbourhood {
  ByteProfile profile;  // of values before the entry and behind the damage
  ByteView entry;       // the last entry before the damage, all its bytes
  ByteView key;         // its key
  ByteView value;       // its newest value; empty for a delete
  std::optional<ByteView> previous_key;
  std::optional<ByteView> next_key;  // of the first entry behind the damage
  ByteView rest;                     // the damaged bytes, as far as they are at hand
  ByteView onward;                   // those and what follows: what is torn swallows its successor
  bool stream_ends = false;          // and nothing follows them
};

enum class Standing { whole, uncertain, damaged };

[[nodiscard]] Standing standing_of(const Neighbourhood& around) noexcept;

}  // namespace persist::snapshot
