// Reads the legacy part of a log: records without checksums, framed by nothing.
#pragma once

#include "log/emitter.hpp"
#include "log/window.hpp"

namespace persist::log {

struct LegacyEnd {
  std::uint64_t offset = 0;  // of a log header or of a frame, or the window's end
  bool stopped = false;      // the sink wanted no more
};

// Reads from `begin` to the window's end, or to where the framed part begins: a log header at a
// record boundary, or behind damage the first header or frame that holds. Damage is emitted, not
// returned.
[[nodiscard]] Result<LegacyEnd> read_legacy(Window& window, std::uint64_t begin, Emitter& emitter);

}  // namespace persist::log
