#include "log/frame_search.hpp"

#include <algorithm>
#include <persist/formats/frame.hpp>

namespace persist::log {

Result<std::uint64_t> next_possible_start(Window& window, std::uint64_t at, std::uint64_t to) {
  constexpr std::size_t piece_bytes = std::size_t{64} << 10U;
  while (at < to) {
    PERSIST_TRY_ASSIGN(const ByteView bytes, window.view(at, piece_bytes));
    if (bytes.size() < sizeof(std::uint32_t)) return to;
    const std::size_t count = std::min(piece_bytes, bytes.size()) - sizeof(std::uint32_t) + 1;
    const std::uint64_t remaining = window.remaining(at);
    for (std::size_t i = 0; i < count; ++i, ++at) {
      if (at == to || bytes[i] == formats::header_first_byte) return at;
      const auto length = formats::load_little_endian<std::uint32_t>(bytes.data() + i);
      if (length != 0 && std::uint64_t{length} + i <= remaining) return at;
    }
  }
  return to;
}

}  // namespace persist::log
