// Reads the framed part of a log: frames with checksums, one a commit.
#pragma once

#include <persist/formats/frame.hpp>

#include "log/emitter.hpp"
#include "log/window.hpp"

namespace persist::log {

[[nodiscard]] constexpr LogFormat log_format_of(formats::FrameVersion version) noexcept {
  return version == formats::FrameVersion::v1 ? LogFormat::framed_1 : LogFormat::framed_2;
}

// Reads frames from `begin`, behind the header, to the window's end. What is no frame is emitted as
// damage, and reading goes on at the next frame that holds (frame_resync.hpp). With
// `is_begin_damaged` a frame at `begin` may be a copy in a value.
[[nodiscard]] Result<void> read_framed(Window& window, std::uint64_t begin,
                                       formats::FrameVersion version, bool is_begin_damaged,
                                       Emitter& emitter);

}  // namespace persist::log
