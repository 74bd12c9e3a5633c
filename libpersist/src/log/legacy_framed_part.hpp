// Where the framed part of an upgraded log begins, asked behind damage in its legacy part.
#pragma once

#include <optional>
#include <vector>

#include "log/window.hpp"

namespace persist::log {

// Offsets of all that begins like a log header in `bytes`, which lie at `offset`.
[[nodiscard]] std::vector<std::uint64_t> log_headers_in(ByteView bytes, std::uint64_t offset);

struct FramedPartHints {
  std::vector<std::uint64_t> headers;  // offsets of whole log headers
  std::vector<std::uint64_t> records;  // where records may start: the first one of a frame, too
};

// `least_offset`: no frame in front of it is asked for. With `is_likely` fewer frames in a row are
// proof enough. Returns the offset of the log header, or of the first frame when that has none.
[[nodiscard]] Result<std::optional<std::uint64_t>> find_framed_part(Window& window,
                                                                    std::uint64_t least_offset,
                                                                    const FramedPartHints& hints,
                                                                    bool is_likely);

}  // namespace persist::log
