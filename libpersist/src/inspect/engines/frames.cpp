#include "inspect/engines/frames.hpp"

#include <algorithm>
#include <limits>

namespace persist::engines {
namespace {

// Of a payload that is there but too long for the source's buffer.
std::uint32_t checksum_of_long_payload(Source& source, std::uint32_t length) {
  formats::PayloadChecksum checksum(length);
  for (std::uint64_t left = length; left > 0;) {
    const ByteView bytes = source.peek(1);
    if (bytes.empty()) break;
    const auto step = static_cast<std::size_t>(std::min<std::uint64_t>(bytes.size(), left));
    checksum.add(bytes.substr(0, step));
    source.consume(step);
    left -= step;
  }
  return checksum.finish(0, formats::FrameVersion::v1);  // of the payload alone
}

// Moves the source behind the payload.
std::uint32_t take_payload(Source& source, FrameFound& frame) {
  if (frame.payload_length > Source::capacity()) {
    return checksum_of_long_payload(source, frame.payload_length);
  }
  frame.payload = source.peek(frame.payload_length).substr(0, frame.payload_length);
  source.consume(frame.payload->size());
  return formats::payload_checksum(*frame.payload);
}

}  // namespace

FrameFound read_frame(Source& source, std::uint64_t file_length, formats::FrameVersion version) {
  const std::size_t header_length = formats::frame_header_length_bytes(version);
  const ByteView bytes = source.peek(header_length);
  FrameFound frame;
  if (bytes.size() < header_length) {
    frame.read = bytes.empty() ? FrameRead::end : FrameRead::incomplete;
    return frame;
  }
  const char* const at = bytes.data();
  const bool is_v1 = version == formats::FrameVersion::v1;
  frame.payload_length = formats::load_little_endian<std::uint32_t>(at);
  const auto checksum = formats::load_little_endian<std::uint32_t>(at + 4);
  frame.synced_to = is_v1 ? std::numeric_limits<std::uint64_t>::max()
                          : formats::load_little_endian<std::uint64_t>(at + 8);
  source.consume(header_length);
  frame.payload_offset = source.position();
  if (frame.payload_length > file_length - std::min(file_length, source.position())) {
    frame.read = FrameRead::incomplete;
    return frame;
  }
  const std::uint32_t payload_half = take_payload(source, frame);
  const std::uint32_t expected =
      is_v1 ? payload_half : payload_half ^ formats::synced_to_checksum(frame.synced_to);
  const bool holds = frame.payload_length > 0 && expected == checksum;
  frame.read = holds ? FrameRead::valid : FrameRead::invalid;
  return frame;
}

bool synced_past(Source& source, std::uint64_t file_length, formats::FrameVersion version,
                 std::uint64_t offset) {
  for (;;) {
    const FrameFound frame = read_frame(source, file_length, version);
    if (frame.read == FrameRead::end || frame.read == FrameRead::incomplete) return false;
    if (frame.read == FrameRead::valid && frame.synced_to > offset) return true;
  }
}

}  // namespace persist::engines
