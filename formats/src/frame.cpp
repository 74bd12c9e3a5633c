#include <persist/formats/frame.hpp>

#include <cassert>

#include <xxhash.h>

namespace persist::formats {

Decoded<FrameHeader> decode_frame_header(ByteView bytes, FrameVersion version) noexcept {
  if (bytes.size() < frame_header_length_bytes(version)) {
    return std::unexpected(DecodeError::truncated);
  }
  FrameHeader header;
  header.payload_length = load_little_endian<std::uint32_t>(bytes.data());
  header.checksum = load_little_endian<std::uint32_t>(bytes.data() + 4);
  if (version == FrameVersion::v2) {
    header.synced_to = load_little_endian<std::uint64_t>(bytes.data() + 8);
  }
  if (header.payload_length == 0) return std::unexpected(DecodeError::bad_length);
  return header;
}

std::uint32_t payload_checksum(ByteView payload) noexcept {
  return static_cast<std::uint32_t>(
      XXH3_64bits_withSeed(payload.data(), payload.size(), payload.size()));
}

std::uint32_t synced_to_checksum(std::uint64_t synced_to) noexcept {
  return static_cast<std::uint32_t>(XXH3_64bits_withSeed(&synced_to, sizeof synced_to, 0));
}

std::uint32_t frame_checksum(ByteView payload, std::uint64_t synced_to,
                             FrameVersion version) noexcept {
  const std::uint32_t of_payload = payload_checksum(payload);
  return version == FrameVersion::v1 ? of_payload : of_payload ^ synced_to_checksum(synced_to);
}

void append_frame_header(std::string& out, ByteView payload, std::uint64_t synced_to,
                         FrameVersion version) {
  assert(!payload.empty() && payload.size() <= max_payload_length_bytes);
  append_little_endian(out, static_cast<std::uint32_t>(payload.size()));
  append_little_endian(out, frame_checksum(payload, synced_to, version));
  if (version == FrameVersion::v2) append_little_endian(out, synced_to);
}

void append_frame(std::string& out, ByteView payload, std::uint64_t synced_to,
                  FrameVersion version) {
  append_frame_header(out, payload, synced_to, version);
  out.append(payload);
}

Decoded<Frame> decode_frame(ByteView bytes, FrameVersion version,
                            std::vector<RecordView>& records) {
  const auto header = decode_frame_header(bytes, version);
  if (!header) return std::unexpected(header.error());
  const std::size_t header_length = frame_header_length_bytes(version);
  if (header->payload_length > bytes.size() - header_length) {
    return std::unexpected(DecodeError::truncated);
  }
  const ByteView payload = bytes.substr(header_length, header->payload_length);
  if (frame_checksum(payload, header->synced_to, version) != header->checksum) {
    return std::unexpected(DecodeError::bad_checksum);
  }
  if (const auto decoded = decode_payload(payload, records); !decoded) {
    return std::unexpected(decoded.error());
  }
  return Frame{*header, header_length + payload.size()};
}

}  // namespace persist::formats
