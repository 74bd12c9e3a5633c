// Where the framed part of a log begins: behind its header, or without one when that is damaged.
#pragma once

#include <optional>
#include <persist/damage.hpp>
#include <persist/formats/frame.hpp>

#include "log/window.hpp"

namespace persist::log {

struct FramedStart {
  formats::FrameVersion version = formats::FrameVersion::v2;
  std::uint64_t frames_offset = 0;
  std::optional<Damage> damage;   // of the header, and of what was lost with it
  bool is_begin_damaged = false;  // a frame at `frames_offset` may be a copy that was moved there
};

// None when no framed part begins at `offset`: legacy records do, or nothing that can be told.
// Error `newer_format` for a sound header of a version above those known.
[[nodiscard]] Result<std::optional<FramedStart>> framed_part_at(Window& window,
                                                                std::uint64_t offset);

// The same at a log's beginning, which may be lost: frames that lie farther behind tell, too,
// unless there is a header in front of them that records lead up to.
[[nodiscard]] Result<std::optional<FramedStart>> framed_start_at(Window& window,
                                                                 std::uint64_t offset);

}  // namespace persist::log
