// What this project needs to know of an LZ4 frame besides liblz4 (README.md, "LZ4"): telling a real
// frame from an uncompressed snapshot that only starts like one, and the parts of a frame, whose
// blocks are compressed side by side and found again behind damage.
#pragma once

#include <persist/formats/bytes.hpp>

namespace persist::formats {

inline constexpr ByteView lz4_magic{"\x04\x22\x4D\x18", 4};
inline constexpr std::size_t lz4_frame_header_min_length_bytes = 7;

// Whether an uncompressed snapshot that begins with this key would be taken for LZ4 (README.md, "LZ4"):
// the key's length byte and the key read as the magic number.
[[nodiscard]] constexpr bool looks_like_lz4(ByteView first_key) noexcept {
  return first_key.size() == static_cast<std::size_t>(lz4_magic.front()) &&
         first_key.starts_with(lz4_magic.substr(1));
}

struct Lz4FrameHeader {
  std::size_t length_bytes = 0;  // magic to header checksum
  std::size_t block_max_bytes = 0;
  bool independent_blocks = false;
  bool block_checksums = false;
  bool content_checksum = false;
  bool has_dictionary_id = false;
  std::uint64_t content_size_bytes = 0;  // 0: not stated
};

// Errors: bad_magic; truncated; bad_checksum when the header's own checksum byte does not match or
// a reserved bit is set: then the bytes are no LZ4 frame, whatever the magic says.
[[nodiscard]] Decoded<Lz4FrameHeader> decode_lz4_frame_header(ByteView bytes) noexcept;

// Appends magic to header checksum. `header`: block_max_bytes is 64 KiB, 256 KiB, 1 MiB or 4 MiB;
// length_bytes and has_dictionary_id are not looked at.
void append_lz4_frame_header(std::string& out, const Lz4FrameHeader& header);

// An LZ4 block's header word: bit 31 says "stored uncompressed", the rest is the length.
inline constexpr std::uint32_t lz4_block_uncompressed_bit = 0x8000'0000U;
inline constexpr std::uint32_t lz4_end_mark = 0;
inline constexpr std::size_t lz4_block_header_length_bytes = 4;
inline constexpr std::size_t lz4_checksum_length_bytes = 4;

// Appends header word, data and block checksum. `is_stored`: the data are not compressed. `data` is
// neither empty nor longer than the frame's largest block.
void append_lz4_block(std::string& out, ByteView data, bool is_stored);
// What a block checksum must be, and a content checksum: XXH32 with seed 0.
[[nodiscard]] std::uint32_t lz4_checksum(ByteView bytes) noexcept;
// Appends the end mark and the content checksum.
void append_lz4_end(std::string& out, std::uint32_t content_checksum);

}  // namespace persist::formats
