#include <persist/formats/lz4_frame.hpp>

#include "support/catch.hpp"
#include "support/real_files.hpp"

using namespace persist::formats;
using persist::ByteView;
using persist::test::read_whole_file;
using persist::test::testdata;

namespace {

constexpr std::size_t mebibyte = std::size_t{1} << 20U;

}  // namespace

TEST_CASE("the engine's frames are of 64 KiB linked blocks with checksums") {
  const auto [path, offset] = GENERATE(table<std::string, std::size_t>({
      {"engine-0.18/snapshot-lz4-and-log/snapshot.bin", 0},
      {"engine-0.27/snapshot-lz4-and-log/snapshot.bin", 0},
      {"engine-1.0/snapshot-lz4-and-log/snapshot.bin", 0},
      {"engine-1.1/snapshot-lz4-and-log/snapshot.bin", 16},
  }));
  const std::string bytes = read_whole_file(testdata(path)).substr(offset);
  const auto header = decode_lz4_frame_header(bytes);
  REQUIRE(header.has_value());
  CHECK(header->length_bytes == 7);
  CHECK(header->block_max_bytes == 65536);
  CHECK_FALSE(header->independent_blocks);
  CHECK(header->block_checksums);
  CHECK(header->content_checksum);
  CHECK(header->content_size_bytes == 0);
  std::string again;
  append_lz4_frame_header(again, *header);
  CHECK(again == bytes.substr(0, 7));
  // Its only block, with the checksum that the engine put behind it.
  const std::string data = bytes.substr(11, bytes.size() - 15);
  std::string block;
  append_lz4_block(block, data, false);
  CHECK(block == bytes.substr(7));
}

TEST_CASE("a frame's header that was changed in any bit is none") {
  std::string header;
  append_lz4_frame_header(header, {0, mebibyte, true, true, true, false, 1'000'000});
  REQUIRE(header.size() == 15);
  for (std::size_t bit = 0; bit < header.size() * 8; ++bit) {
    std::string damaged = header;
    damaged[bit / 8] = static_cast<char>(damaged[bit / 8] ^ (1 << (bit % 8)));
    CAPTURE(bit);
    CHECK_FALSE(decode_lz4_frame_header(damaged).has_value());
  }
}

TEST_CASE("a frame's header that the bytes cut short is truncated at every length") {
  std::string header;
  append_lz4_frame_header(header, {0, 4 * mebibyte, false, true, false, false, 7});
  for (std::size_t length = 0; length < header.size(); ++length) {
    CAPTURE(length);
    CHECK(decode_lz4_frame_header(ByteView(header).substr(0, length)).error() ==
          DecodeError::truncated);
  }
}

TEST_CASE("what a frame's header says survives encoding") {
  Lz4FrameHeader header;
  header.block_max_bytes =
      GENERATE(std::size_t{65536}, std::size_t{262144}, mebibyte, 4 * mebibyte);
  header.independent_blocks = GENERATE(false, true);
  header.content_size_bytes = GENERATE(0U, 12'345'678'901U);
  std::string bytes;
  append_lz4_frame_header(bytes, header);
  const auto decoded = decode_lz4_frame_header(bytes);
  REQUIRE(decoded.has_value());
  CHECK(decoded->block_max_bytes == header.block_max_bytes);
  CHECK(decoded->independent_blocks == header.independent_blocks);
  CHECK(decoded->content_size_bytes == header.content_size_bytes);
  CHECK(decoded->length_bytes == bytes.size());
}

TEST_CASE("an entry with a four-byte key that starts as LZ4's magic is not LZ4") {
  // Key 22 4D 18 54, one version, 64, a value of two bytes: FLG and BD look right by chance.
  const ByteView entry("\x04\x22\x4D\x18\x54\x40\x01\x01\x02hi", 11);
  CHECK(decode_lz4_frame_header(entry).error() == DecodeError::bad_checksum);
}

TEST_CASE("other magic numbers are not LZ4") {
  CHECK(decode_lz4_frame_header("\x11user:000").error() == DecodeError::bad_magic);
  CHECK(decode_lz4_frame_header(ByteView("\x50\x2A\x4D\x18\0\0\0\0", 8)).error() ==
        DecodeError::bad_magic);
}

TEST_CASE("a stored block says so in the highest bit of its length") {
  std::string block;
  append_lz4_block(block, "abc", true);
  CHECK(block.substr(0, 4) == ByteView("\x03\0\0\x80", 4));
  CHECK(block.size() == 4 + 3 + 4);
}

TEST_CASE("a frame ends with four zero bytes and the checksum of what it holds") {
  std::string end;
  append_lz4_end(end, lz4_checksum(""));
  CHECK(end == ByteView("\0\0\0\0\x05\x5D\xCC\x02", 8));  // XXH32 of nothing is 02CC5D05
}
