// How the framed lines read a frame, and what they make of one that is wrong.
#pragma once

#include <persist/formats/frame.hpp>

#include "inspect/engines/decoder.hpp"

namespace persist::engines {

enum class FrameRead {
  end,         // the file ends before it
  valid,       // its checksum matches
  incomplete,  // the file ends inside it, or its length says so
  invalid,     // empty, or its checksum does not match; the source stands behind it
};

struct FrameFound {
  FrameRead read = FrameRead::end;
  std::uint64_t synced_to = 0;  // of a version 1 frame: the greatest there is
  std::uint64_t payload_offset = 0;
  std::uint32_t payload_length = 0;
  // Unless it is longer than the source's buffer; lives until the source is used again.
  std::optional<ByteView> payload;
};

// Reads the frame at the source's position. A failure to read comes up as an end of the file; the
// caller asks source.read_error().
[[nodiscard]] FrameFound read_frame(Source& source, std::uint64_t file_length,
                                    formats::FrameVersion version);

// Whether a frame that can be reached from here, over damaged ones as far as their lengths lead,
// was written once the log had been synced past `offset`.
[[nodiscard]] bool synced_past(Source& source, std::uint64_t file_length,
                               formats::FrameVersion version, std::uint64_t offset);

}  // namespace persist::engines
