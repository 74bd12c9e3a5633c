// What this project needs to know of an LZ4 frame besides liblz4 (README.md, "LZ4"): telling a real
// frame from an uncompressed snapshot that only starts like one.
#pragma once

#include <persist/formats/bytes.hpp>

namespace persist::formats {

inline constexpr ByteView lz4_magic{"\x04\x22\x4D\x18", 4};
inline constexpr std::size_t lz4_frame_header_min_length_bytes = 7;
inline constexpr std::size_t lz4_frame_header_max_length_bytes = 19;

struct Lz4FrameHeader {
  std::size_t length_bytes = 0;  // magic to header checksum
  std::size_t block_max_bytes = 0;
  bool independent_blocks = false;
  bool block_checksums = false;
  bool content_checksum = false;
  bool has_dictionary_id = false;
  std::uint64_t content_size_bytes = 0;  // 0: not stated
};

// Errors: bad_magic; truncated; bad_checksum when the header's own checksum byte does not match or a
// reserved bit is set: then the bytes are no LZ4 frame, whatever the magic says.
[[nodiscard]] Decoded<Lz4FrameHeader> decode_lz4_frame_header(ByteView bytes) noexcept;

// An LZ4 block's header word: bit 31 says "stored uncompressed", the rest is the length.
inline constexpr std::uint32_t lz4_block_uncompressed_bit = 0x8000'0000U;
inline constexpr std::uint32_t lz4_end_mark = 0;
inline constexpr std::size_t lz4_block_header_length_bytes = 4;
inline constexpr std::size_t lz4_checksum_length_bytes = 4;

}  // namespace persist::formats
