#include "log/written_frame.hpp"

#include <algorithm>

namespace persist::log {
namespace {

// What a lost page leaves of zeros between other bytes; its end may reach into the frame by less.
constexpr std::uint64_t telling_zeros = 32;

class ZeroRuns {
 public:
  void add(ByteView bytes) {
    for (const char byte : bytes) {
      current_ = byte == '\0' ? current_ + 1 : 0;
      longest_ = std::max(longest_, current_);
    }
  }
  [[nodiscard]] std::uint64_t longest() const noexcept { return longest_; }
  [[nodiscard]] std::uint64_t last() const noexcept { return current_; }

 private:
  std::uint64_t current_ = 0;
  std::uint64_t longest_ = 0;
};

Result<ZeroRuns> zero_runs(Window& window, std::uint64_t from, std::uint64_t to) {
  ZeroRuns runs;
  while (from < to) {
    PERSIST_TRY_ASSIGN(const ByteView bytes, window.view(from, 1));
    const ByteView part = bytes.substr(0, to - from);
    if (part.empty()) break;
    runs.add(part);
    from += part.size();
  }
  return runs;
}

}  // namespace

Result<bool> was_written_whole(Window& window, std::uint64_t offset,
                               formats::FrameVersion version) {
  const std::size_t header_length = formats::frame_header_length_bytes(version);
  PERSIST_TRY_ASSIGN(const ByteView bytes, window.view(offset, header_length));
  const auto header = formats::decode_frame_header(bytes, version);
  if (!header) return false;
  const std::uint64_t end = offset + header_length + header->payload_length;
  if (end > window.end()) return false;
  PERSIST_TRY_ASSIGN(const ZeroRuns inside, zero_runs(window, offset + header_length, end));
  // A frame may end in the tag of a delete; in front of zeros its end is not to be told.
  const std::uint64_t most_zeros_at_end = end == window.end() ? 1 : 0;
  if (inside.longest() >= telling_zeros || inside.last() > most_zeros_at_end) return false;
  PERSIST_TRY_ASSIGN(const ZeroRuns behind, zero_runs(window, end, window.end()));
  return behind.last() == window.end() - end;
}

}  // namespace persist::log
