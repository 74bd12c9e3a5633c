#include "unit/snapshot/lz4_frames.hpp"

#include <lz4frame.h>

#include <cstring>

#include "support/catch.hpp"

namespace persist::test {
namespace {

std::string compress(ByteView contents, const LZ4F_preferences_t& preferences, bool is_ended) {
  LZ4F_cctx* context = nullptr;
  REQUIRE(!LZ4F_isError(LZ4F_createCompressionContext(&context, LZ4F_VERSION)));
  std::string out(LZ4F_compressFrameBound(contents.size(), &preferences), '\0');
  std::size_t at = LZ4F_compressBegin(context, out.data(), out.size(), &preferences);
  at += LZ4F_compressUpdate(context, out.data() + at, out.size() - at, contents.data(),
                            contents.size(), nullptr);
  at += LZ4F_flush(context, out.data() + at, out.size() - at, nullptr);
  if (is_ended) at += LZ4F_compressEnd(context, out.data() + at, out.size() - at, nullptr);
  LZ4F_freeCompressionContext(context);
  REQUIRE(at <= out.size());
  out.resize(at);
  return out;
}

LZ4F_preferences_t with_checksums(LZ4F_blockMode_t mode) {
  LZ4F_preferences_t preferences{};
  preferences.frameInfo.blockSizeID = LZ4F_max64KB;
  preferences.frameInfo.blockMode = mode;
  preferences.frameInfo.blockChecksumFlag = LZ4F_blockChecksumEnabled;
  preferences.frameInfo.contentChecksumFlag = LZ4F_contentChecksumEnabled;
  return preferences;
}

}  // namespace

std::string engine_frame(ByteView contents) {
  LZ4F_preferences_t preferences = with_checksums(LZ4F_blockLinked);
  preferences.compressionLevel = 7;
  return compress(contents, preferences, false);
}

std::string complete_frame(ByteView contents) {
  LZ4F_preferences_t preferences = with_checksums(LZ4F_blockIndependent);
  preferences.frameInfo.contentSize = contents.size();
  return compress(contents, preferences, true);
}

std::vector<BlockRange> blocks_of(ByteView frame) {
  const auto header = formats::decode_lz4_frame_header(frame);
  REQUIRE(header.has_value());
  std::vector<BlockRange> blocks;
  std::size_t at = header->length_bytes;
  while (at + 8 < frame.size()) {
    std::uint32_t word = 0;
    std::memcpy(&word, frame.data() + at, sizeof word);
    const std::size_t length = 4 + (word & ~formats::lz4_block_uncompressed_bit) + 4;
    blocks.push_back({at, length});
    at += length;
  }
  return blocks;
}

std::string decompress(ByteView frame) {
  LZ4F_dctx* context = nullptr;
  REQUIRE(!LZ4F_isError(LZ4F_createDecompressionContext(&context, LZ4F_VERSION)));
  std::string out;
  std::string buffer(1 << 16, '\0');
  while (!frame.empty()) {
    std::size_t taken = frame.size();
    std::size_t given = buffer.size();
    REQUIRE(!LZ4F_isError(
        LZ4F_decompress(context, buffer.data(), &given, frame.data(), &taken, nullptr)));
    out.append(buffer, 0, given);
    frame.remove_prefix(taken);
  }
  LZ4F_freeDecompressionContext(context);
  return out;
}

}  // namespace persist::test
