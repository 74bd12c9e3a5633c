// Frames: one commit each, with its length and checksum (README.md, "Frames").
#pragma once

#include <persist/formats/log_header.hpp>
#include <persist/formats/record.hpp>

namespace persist::formats {

// The fixed bytes before a payload. `synced_to` (version 2 only, else 0) is the length of the log
// file at its last successful sync before this frame was written; frames kept by a truncation keep
// an older, larger one, so no value of it is wrong.
struct FrameHeader {
  std::uint32_t payload_length = 0;
  std::uint32_t checksum = 0;
  std::uint64_t synced_to = 0;

  friend bool operator==(const FrameHeader&, const FrameHeader&) = default;
};

inline constexpr std::size_t frame_v1_header_length_bytes = 8;
inline constexpr std::size_t frame_v2_header_length_bytes = 16;
inline constexpr std::uint64_t max_payload_length_bytes = UINT32_MAX;

[[nodiscard]] constexpr std::size_t frame_header_length_bytes(FrameVersion version) noexcept {
  return version == FrameVersion::v1 ? frame_v1_header_length_bytes : frame_v2_header_length_bytes;
}

// Errors: truncated; bad_length for a payload length of 0. The checksum is not looked at.
[[nodiscard]] Decoded<FrameHeader> decode_frame_header(ByteView bytes,
                                                       FrameVersion version) noexcept;

// The half of the checksum that covers the payload: low 32 bits of XXH3-64(payload, seed = length).
// It is the whole checksum of a version 1 frame.
[[nodiscard]] std::uint32_t payload_checksum(ByteView payload) noexcept;

// The half that covers `synced_to` in version 2: low 32 bits of XXH3-64(its 8 bytes, seed = 0).
[[nodiscard]] std::uint32_t synced_to_checksum(std::uint64_t synced_to) noexcept;

// What the header's checksum field must hold for this payload.
[[nodiscard]] std::uint32_t frame_checksum(ByteView payload, std::uint64_t synced_to,
                                           FrameVersion version) noexcept;

// Appends the header that belongs before `payload`, which is not empty and at most
// max_payload_length_bytes long.
void append_frame_header(std::string& out, ByteView payload, std::uint64_t synced_to,
                         FrameVersion version);

// Writes `synced_to` into each of the whole version 2 frames that `frames` consists of, and into
// its checksum: a frame is made before it is known what will be synced when it is written.
void set_synced_to(std::span<char> frames, std::uint64_t synced_to) noexcept;

// frame_checksum over a payload that comes in pieces: for one too large to hold before it is
// proven.
class PayloadChecksum {
 public:
  explicit PayloadChecksum(std::uint64_t payload_length);
  ~PayloadChecksum();
  PayloadChecksum(const PayloadChecksum&) = delete;
  PayloadChecksum& operator=(const PayloadChecksum&) = delete;

  void add(ByteView piece) noexcept;
  [[nodiscard]] std::uint32_t finish(std::uint64_t synced_to, FrameVersion version) const noexcept;

 private:
  void* state_;
};

// Whether a payload of `payload_length` bytes can begin with `prefix` (any part of its start): the
// first record's lengths fit, its version is not 0, its tag is 0 or 1. A cheap test that nearly all
// wrong offsets fail before anything is hashed.
[[nodiscard]] bool may_be_payload(ByteView prefix, std::uint64_t payload_length) noexcept;

// Appends header and payload. `payload` is not empty and at most max_payload_length_bytes long: the
// caller refuses a larger commit before it is claimed.
void append_frame(std::string& out, ByteView payload, std::uint64_t synced_to,
                  FrameVersion version);

// A frame that holds: its length fits `bytes`, its payload decodes (rules of decode_payload;
// `records` is filled), its checksum matches. Errors: truncated when the length reaches past
// `bytes`; bad_length; those of decode_payload; bad_checksum.
struct Frame {
  FrameHeader header;
  std::size_t length_bytes = 0;  // header and payload
};
[[nodiscard]] Decoded<Frame> decode_frame(ByteView bytes, FrameVersion version,
                                          std::vector<RecordView>& records);
// The same of all that follows a header: `payload` is as long as it says.
[[nodiscard]] Decoded<void> decode_frame_payload(const FrameHeader& header, ByteView payload,
                                                 FrameVersion version,
                                                 std::vector<RecordView>& records);

}  // namespace persist::formats
