#include <persist/formats/lz4_frame.hpp>
#include <persist/formats/varint.hpp>

#include <xxhash.h>

namespace persist::formats {
namespace {

// Bits of the FLG and BD bytes, after the LZ4 frame format description, version 01.
constexpr unsigned flg_version_mask = 0b1100'0000;
constexpr unsigned flg_version_01 = 0b0100'0000;
constexpr unsigned flg_independent_blocks = 0b0010'0000;
constexpr unsigned flg_block_checksums = 0b0001'0000;
constexpr unsigned flg_content_size = 0b0000'1000;
constexpr unsigned flg_content_checksum = 0b0000'0100;
constexpr unsigned flg_reserved = 0b0000'0010;
constexpr unsigned flg_dictionary_id = 0b0000'0001;
constexpr unsigned bd_reserved = 0b1000'1111;
constexpr unsigned bd_smallest_block = 4;  // 64 KiB; each step up is four times as large

}  // namespace

Decoded<Lz4FrameHeader> decode_lz4_frame_header(ByteView bytes) noexcept {
  const ByteView magic = bytes.substr(0, lz4_magic.size());
  if (magic != lz4_magic.substr(0, magic.size())) return std::unexpected(DecodeError::bad_magic);
  if (bytes.size() < lz4_frame_header_min_length_bytes) {
    return std::unexpected(DecodeError::truncated);
  }
  const auto flg = static_cast<unsigned char>(bytes[4]);
  const auto bd = static_cast<unsigned char>(bytes[5]);
  const unsigned block_code = static_cast<unsigned>(bd) >> 4U;
  if ((flg & flg_version_mask) != flg_version_01 || (flg & flg_reserved) != 0 ||
      (bd & bd_reserved) != 0 || block_code < bd_smallest_block) {
    return std::unexpected(DecodeError::bad_checksum);
  }
  Lz4FrameHeader header;
  header.independent_blocks = (flg & flg_independent_blocks) != 0;
  header.block_checksums = (flg & flg_block_checksums) != 0;
  header.content_checksum = (flg & flg_content_checksum) != 0;
  header.has_dictionary_id = (flg & flg_dictionary_id) != 0;
  header.block_max_bytes = std::size_t{1} << (8 + 2 * block_code);
  std::size_t at = 6;
  const bool has_size = (flg & flg_content_size) != 0;
  header.length_bytes = at + (has_size ? 8 : 0) + (header.has_dictionary_id ? 4 : 0) + 1;
  if (bytes.size() < header.length_bytes) return std::unexpected(DecodeError::truncated);
  if (has_size) header.content_size_bytes = load_little_endian<std::uint64_t>(bytes.data() + at);
  const std::size_t descriptor_length = header.length_bytes - 1 - lz4_magic.size();
  const auto checksum =
      static_cast<char>((XXH32(bytes.data() + lz4_magic.size(), descriptor_length, 0) >> 8U) & 0xFFU);
  if (bytes[header.length_bytes - 1] != checksum) return std::unexpected(DecodeError::bad_checksum);
  return header;
}

}  // namespace persist::formats
