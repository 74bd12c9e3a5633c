// LZ4 frames as others write them: made by LZ4's own library, or block by block.
#pragma once

#include <persist/formats/lz4_frame.hpp>
#include <string>
#include <vector>

namespace persist::test {

// As the engine does: level 7, 64 KiB linked blocks, block checksums, never ended.
[[nodiscard]] std::string engine_frame(ByteView contents);
// As `lz4 -B4 -BI --content-size` does, and ended.
[[nodiscard]] std::string complete_frame(ByteView contents);

// Where each block of a frame lies: header word, data and checksum.
struct BlockRange {
  std::size_t offset = 0;
  std::size_t length = 0;
};
[[nodiscard]] std::vector<BlockRange> blocks_of(ByteView frame);

// What LZ4's own library makes of a frame, as far as it goes.
[[nodiscard]] std::string decompress(ByteView frame);

}  // namespace persist::test
