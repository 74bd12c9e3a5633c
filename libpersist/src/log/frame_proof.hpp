// A frame whose header is damaged and whose payload is proven all the same: by the checksum under
// the length that the next frame shows, or by a damage to the checksum's own fields small enough to
// tell.
#pragma once

#include "log/frame_probe.hpp"
#include "log/framed_context.hpp"

namespace persist::log {

// Of the payload [offset + header, end).
[[nodiscard]] Result<bool> is_proven(FrameProbe& probe, std::uint64_t offset, std::uint64_t end,
                                     const FramedContext& context);

}  // namespace persist::log
