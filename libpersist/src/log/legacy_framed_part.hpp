// Where the framed part of an upgraded log begins, asked behind damage in its legacy part.
#pragma once

#include <optional>
#include <span>

#include "log/window.hpp"

namespace persist::log {

// `record_offsets`: where records may start; the first one of a frame is one of them.
// `least_offset`: nothing in front of it is asked for. With `is_likely` fewer frames in a row are
// proof enough. Returns the offset of the log header, or of the first frame when that has none.
[[nodiscard]] Result<std::optional<std::uint64_t>> find_framed_part(
    Window& window, std::uint64_t least_offset, std::span<const std::uint64_t> record_offsets,
    bool is_likely);

}  // namespace persist::log
