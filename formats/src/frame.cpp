#include <xxhash.h>

#include <algorithm>
#include <cassert>
#include <cstring>
#include <new>
#include <persist/formats/frame.hpp>

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

PayloadChecksum::PayloadChecksum(std::uint64_t payload_length) : state_(XXH3_createState()) {
  if (state_ == nullptr) throw std::bad_alloc();
  XXH3_64bits_reset_withSeed(static_cast<XXH3_state_t*>(state_), payload_length);
}
PayloadChecksum::~PayloadChecksum() {
  XXH3_freeState(static_cast<XXH3_state_t*>(state_));
}

void PayloadChecksum::add(ByteView piece) noexcept {
  XXH3_64bits_update(static_cast<XXH3_state_t*>(state_), piece.data(), piece.size());
}

std::uint32_t PayloadChecksum::finish(std::uint64_t synced_to,
                                      FrameVersion version) const noexcept {
  const auto of_payload =
      static_cast<std::uint32_t>(XXH3_64bits_digest(static_cast<XXH3_state_t*>(state_)));
  return version == FrameVersion::v1 ? of_payload : of_payload ^ synced_to_checksum(synced_to);
}

bool may_be_payload(ByteView prefix, std::uint64_t payload_length) noexcept {
  Cursor cursor(prefix);
  const auto fits = [&](std::uint64_t length) {
    return length <= payload_length - std::min<std::uint64_t>(payload_length, cursor.position());
  };
  const auto key_length = cursor.take_varint();
  if (!key_length) return key_length.error() == DecodeError::truncated;
  if (!fits(*key_length)) return false;
  if (*key_length >= cursor.remaining()) return true;  // the rest lies behind the prefix
  cursor.skip(static_cast<std::size_t>(*key_length));
  const auto version = cursor.take_varint();
  if (!version) return version.error() == DecodeError::truncated;
  if (*version == 0) return false;
  const auto has_value = cursor.take_option_tag();
  if (!has_value) return has_value.error() == DecodeError::truncated;
  if (!*has_value) return true;
  const auto value_length = cursor.take_varint();
  if (!value_length) return value_length.error() == DecodeError::truncated;
  return fits(*value_length);
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

void set_synced_to(std::span<char> frames, std::uint64_t synced_to) noexcept {
  const std::uint32_t of_new = synced_to_checksum(synced_to);
  while (const auto header =
             decode_frame_header(ByteView(frames.data(), frames.size()), FrameVersion::v2)) {
    const std::uint32_t checksum =
        header->checksum ^ synced_to_checksum(header->synced_to) ^ of_new;
    char* const field = frames.data() + sizeof header->payload_length;
    std::memcpy(field, &checksum, sizeof checksum);
    std::memcpy(field + sizeof checksum, &synced_to, sizeof synced_to);
    const std::size_t length = frame_v2_header_length_bytes + header->payload_length;
    frames = frames.subspan(std::min(length, frames.size()));
  }
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
  if (const auto decoded = decode_frame_payload(*header, payload, version, records); !decoded) {
    return std::unexpected(decoded.error());
  }
  return Frame{*header, header_length + payload.size()};
}

Decoded<void> decode_frame_payload(const FrameHeader& header, ByteView payload,
                                   FrameVersion version, std::vector<RecordView>& records) {
  assert(payload.size() == header.payload_length);
  // Structure first: it gives up at the first wrong record.
  if (auto decoded = decode_payload(payload, records); !decoded) return decoded;
  if (frame_checksum(payload, header.synced_to, version) != header.checksum) {
    return std::unexpected(DecodeError::bad_checksum);
  }
  return {};
}

}  // namespace persist::formats
