#include "snapshot/block_compressor.hpp"

#include <lz4.h>
#include <lz4hc.h>

#include <algorithm>
#include <persist/formats/lz4_frame.hpp>
#include <system_error>
#include <thread>

namespace persist::snapshot {
namespace {

// More threads than this only cost memory: the disk is slower. One block more than there are
// processors is under way, so that none of them waits while the next blocks are being gathered.
constexpr unsigned max_threads = 4;

// The default is the lowest level that stays within 1.05 times the size of the engine's own
// snapshot: level 7 in linked blocks of 64 KiB, which is up to 1.5 % smaller than level 7 in blocks
// of 1 MiB. Which one that is depends on the data: level 3, at twice the speed and more, for
// records of words and numbers; level 6 where the same few strings come again and again. A sample
// says it.
constexpr int lowest_level = 3;
constexpr int engine_level = 7;
constexpr double may_take = 1.03;  // times the size at the engine's level
constexpr std::size_t sample_bytes = std::size_t{256} << 10U;
constexpr std::size_t blocks_a_sample = 64;

std::size_t compressed_bytes(ByteView data, int level, std::string& room) {
  const auto size = static_cast<int>(data.size());
  room.resize(static_cast<std::size_t>(LZ4_compressBound(size)));
  const int length =
      LZ4_compress_HC(data.data(), room.data(), size, static_cast<int>(room.size()), level);
  return static_cast<std::size_t>(std::max(length, 0));
}

int level_for(ByteView block) {
  const std::size_t begin = (block.size() - std::min(block.size(), sample_bytes)) / 2;
  const ByteView sample = block.substr(begin, sample_bytes);
  std::string room;
  const auto engine_bytes = static_cast<double>(compressed_bytes(sample, engine_level, room));
  for (int level = lowest_level; level < engine_level; ++level) {
    const auto bytes = static_cast<double>(compressed_bytes(sample, level, room));
    if (bytes <= may_take * engine_bytes) return level;
  }
  return engine_level;
}

std::string compress(const std::string& block, int level) {
  const auto size = static_cast<int>(block.size());
  std::string compressed(static_cast<std::size_t>(LZ4_compressBound(size)), '\0');
  const auto capacity = static_cast<int>(compressed.size());
  // Below 3 LZ4's own levels are not of the high-compression kind.
  const int length = level < LZ4HC_CLEVEL_MIN
                         ? LZ4_compress_default(block.data(), compressed.data(), size, capacity)
                         : LZ4_compress_HC(block.data(), compressed.data(), size, capacity, level);
  const bool is_stored = length <= 0 || length >= size;
  std::string out;
  const ByteView data =
      is_stored ? ByteView(block) : ByteView(compressed.data(), static_cast<std::size_t>(length));
  out.reserve(data.size() + formats::lz4_block_header_length_bytes +
              formats::lz4_checksum_length_bytes);
  formats::append_lz4_block(out, data, is_stored);
  return out;
}

}  // namespace

BlockCompressor::BlockCompressor(int level, Output output)
    : level_(level),
      output_(std::move(output)),
      max_under_way_(std::clamp(std::thread::hardware_concurrency(), 1U, max_threads) + 1) {}

int BlockCompressor::level_of(ByteView block) {
  if (level_ != 0) return level_;
  if (blocks_++ % blocks_a_sample == 0) default_level_ = level_for(block);
  return default_level_;
}

Result<> BlockCompressor::add(std::string block) {
  const int level = level_of(block);
  if (under_way_.size() >= max_under_way_) PERSIST_TRY(put_out_oldest());
  auto work = [block = std::move(block), level] { return compress(block, level); };
  try {
    under_way_.push_back(std::async(std::launch::async, work));
  } catch (const std::system_error&) {  // no thread to be had: this one does it when asked
    under_way_.push_back(std::async(std::launch::deferred, std::move(work)));
  }
  return {};
}

Result<> BlockCompressor::put_out_oldest() {
  const std::string block = under_way_.front().get();
  under_way_.pop_front();
  return output_(block);
}

Result<> BlockCompressor::finish() {
  while (!under_way_.empty()) PERSIST_TRY(put_out_oldest());
  return {};
}

}  // namespace persist::snapshot
