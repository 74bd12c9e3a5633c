#include <xxhash.h>

#include <cassert>
#include <persist/formats/lz4_frame.hpp>
#include <persist/formats/varint.hpp>

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

constexpr std::size_t block_max_of(unsigned block_code) noexcept {
  return std::size_t{1} << (8 + 2 * block_code);
}
static_assert(block_max_of(bd_smallest_block) == std::size_t{64} << 10U);

// The header's last byte. `descriptor`: the bytes between magic and checksum.
char header_checksum(ByteView descriptor) noexcept {
  return static_cast<char>((lz4_checksum(descriptor) >> 8U) & 0xFFU);
}

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
  header.block_max_bytes = block_max_of(block_code);
  std::size_t at = 6;
  const bool has_size = (flg & flg_content_size) != 0;
  header.length_bytes = at + (has_size ? 8 : 0) + (header.has_dictionary_id ? 4 : 0) + 1;
  if (bytes.size() < header.length_bytes) return std::unexpected(DecodeError::truncated);
  if (has_size) header.content_size_bytes = load_little_endian<std::uint64_t>(bytes.data() + at);
  const std::size_t descriptor_length = header.length_bytes - 1 - lz4_magic.size();
  if (bytes[header.length_bytes - 1] !=
      header_checksum(bytes.substr(lz4_magic.size(), descriptor_length))) {
    return std::unexpected(DecodeError::bad_checksum);
  }
  return header;
}

void append_lz4_frame_header(std::string& out, const Lz4FrameHeader& header) {
  unsigned block_code = bd_smallest_block;
  while (block_max_of(block_code) < header.block_max_bytes) ++block_code;
  assert(block_max_of(block_code) == header.block_max_bytes);
  unsigned flg = flg_version_01;
  if (header.independent_blocks) flg |= flg_independent_blocks;
  if (header.block_checksums) flg |= flg_block_checksums;
  if (header.content_size_bytes != 0) flg |= flg_content_size;
  if (header.content_checksum) flg |= flg_content_checksum;
  out.append(lz4_magic);
  const std::size_t descriptor_at = out.size();
  out.push_back(static_cast<char>(flg));
  out.push_back(static_cast<char>(block_code << 4U));
  if (header.content_size_bytes != 0) append_little_endian(out, header.content_size_bytes);
  out.push_back(header_checksum(ByteView(out).substr(descriptor_at)));
}

std::uint32_t lz4_checksum(ByteView bytes) noexcept {
  return XXH32(bytes.data(), bytes.size(), 0);
}

void append_lz4_block(std::string& out, ByteView data, bool is_stored) {
  assert(!data.empty() && data.size() < lz4_block_uncompressed_bit);
  append_little_endian(
      out, static_cast<std::uint32_t>(data.size()) | (is_stored ? lz4_block_uncompressed_bit : 0U));
  out.append(data);
  append_little_endian(out, lz4_checksum(data));
}

void append_lz4_end(std::string& out, std::uint32_t content_checksum) {
  append_little_endian(out, lz4_end_mark);
  append_little_endian(out, content_checksum);
}

}  // namespace persist::formats
