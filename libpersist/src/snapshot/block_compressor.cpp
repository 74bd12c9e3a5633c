#include "snapshot/block_compressor.hpp"

#include <lz4.h>
#include <lz4hc.h>

#include <algorithm>
#include <persist/formats/lz4_frame.hpp>
#include <system_error>
#include <thread>

namespace persist::snapshot {
namespace {

// More threads than this only cost memory: the disk is slower.
constexpr unsigned max_threads = 4;

// The default: two blocks of three at level 4, one at 3. On JSON-like records of 230 bytes that is
// 1.04 times the size of the engine's own (level 7, 64 KiB linked) at 2.2 times its speed on one
// core, 82 against 38 MB/s; level 3 alone is 1.06 and 2.7 times, level 4 alone 1.03 and 2.0 times.
constexpr int default_level = 4;
constexpr int faster_level = 3;
constexpr std::size_t faster_every = 3;

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
      max_under_way_(std::clamp(std::thread::hardware_concurrency(), 1U, max_threads)) {}

int BlockCompressor::level_of_next() noexcept {
  ++blocks_;
  if (level_ != 0) return level_;
  return blocks_ % faster_every == 0 ? faster_level : default_level;
}

Result<> BlockCompressor::add(std::string block) {
  const int level = level_of_next();
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
