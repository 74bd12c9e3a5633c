// Whether a frame that holds lies at an offset: asked once a frame while all is well, at every
// offset behind damage.
#pragma once

#include <optional>
#include <persist/formats/frame.hpp>
#include <vector>

#include "log/window.hpp"

namespace persist::log {

// A frame whose checksum matches and whose payload is the records of one commit.
struct FoundFrame {
  std::uint64_t offset = 0;
  formats::FrameHeader header;
  std::size_t length_bytes = 0;
  Version version = 0;

  [[nodiscard]] std::uint64_t end() const noexcept { return offset + length_bytes; }
};

class FrameProbe {
 public:
  FrameProbe(Window& window, formats::FrameVersion version) : window_(window), version_(version) {}

  // The frame at `offset`, or none. A failed probe costs a few comparisons for all but crafted
  // bytes; a large frame is hashed piece by piece before it is taken into memory.
  [[nodiscard]] Result<std::optional<FoundFrame>> at(std::uint64_t offset);

  // Where the frame at `offset` ends by its header, if its checksum is right, whatever it holds.
  // Also none once such calls have hashed twice what the log holds: one damaged length after
  // another could have it hashed to its end.
  [[nodiscard]] Result<std::optional<std::uint64_t>> end_by_checksum(std::uint64_t offset);

  // The records of the frame that at() found last; views into the window, until its next use.
  [[nodiscard]] std::span<const formats::RecordView> records() const noexcept { return records_; }
  [[nodiscard]] formats::FrameVersion version() const noexcept { return version_; }
  [[nodiscard]] Window& window() const noexcept { return window_; }

 private:
  [[nodiscard]] Result<bool> large_frame_holds(std::uint64_t offset,
                                               const formats::FrameHeader& header);
  [[nodiscard]] Result<bool> has_right_checksum(std::uint64_t offset,
                                                const formats::FrameHeader& header);

  Window& window_;
  formats::FrameVersion version_;
  std::vector<formats::RecordView> records_;
  std::uint64_t hashed_bytes_ = 0;  // by end_by_checksum
};

[[nodiscard]] Result<bool> is_log_header_at(Window& window, std::uint64_t offset);

}  // namespace persist::log
