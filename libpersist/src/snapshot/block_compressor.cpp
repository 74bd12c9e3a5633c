#include "snapshot/block_compressor.hpp"

#include <lz4.h>
#include <lz4hc.h>

#include <algorithm>
#include <persist/formats/lz4_frame.hpp>
#include <thread>

#include "platform/start_task.hpp"

namespace persist::snapshot {
namespace {

// More threads than this only cost memory: the disk is slower.
constexpr unsigned max_threads = 4;
// Blocks under way beyond one for each processor, so that none waits while the next are being
// gathered: those that share the processors are done at nearly the same time.
constexpr unsigned blocks_waiting = 2;

}  // namespace

// One block on its way, and the memory for it: used again for later ones, since the system takes
// about as long to give memory as to fill it.
struct BlockCompressor::Work {
  std::string block;
  int level = 0;
  std::string out;  // header word and checksum included

  void compress() {
    const auto size = static_cast<int>(block.size());
    room_.resize(std::max(room_.size(), static_cast<std::size_t>(LZ4_compressBound(size))));
    const int length = compress_into_room(size);
    const bool is_stored = length <= 0 || length >= size;
    out.clear();
    formats::append_lz4_block(
        out, is_stored ? ByteView(block) : ByteView(room_.data(), static_cast<std::size_t>(length)),
        is_stored);
  }

 private:
  [[nodiscard]] int compress_into_room(int size) {
    const auto capacity = static_cast<int>(room_.size());
    if (level == BlockLevel::fast) {
      return LZ4_compress_default(block.data(), room_.data(), size, capacity);
    }
    state_.resize(static_cast<std::size_t>(LZ4_sizeofStateHC()));
    return LZ4_compress_HC_extStateHC(state_.data(), block.data(), room_.data(), size, capacity,
                                      level);
  }

  std::string room_;
  std::vector<char> state_;  // LZ4's, aligned as memory from the heap is
};

BlockCompressor::BlockCompressor(int level, Output output)
    : level_(level),
      output_(std::move(output)),
      max_under_way_(std::clamp(std::thread::hardware_concurrency(), 1U, max_threads) +
                     blocks_waiting) {}
BlockCompressor::~BlockCompressor() = default;

std::shared_ptr<BlockCompressor::Work> BlockCompressor::take_idle() {
  if (idle_.empty()) return std::make_shared<Work>();
  auto work = std::move(idle_.back());
  idle_.pop_back();
  return work;
}

Result<> BlockCompressor::add(ByteView block) {
  if (under_way_.size() >= max_under_way_) PERSIST_TRY(put_out_oldest());
  auto work = take_idle();
  work->level = level_.next(block);
  work->block.assign(block);
  under_way_.push_back({work, platform::start_task([work] { work->compress(); })});
  return {};
}

Result<> BlockCompressor::put_out_oldest() {
  under_way_.front().done.get();
  const auto work = std::move(under_way_.front().work);
  under_way_.pop_front();
  idle_.push_back(work);
  return output_(work->out);
}

Result<> BlockCompressor::finish() {
  while (!under_way_.empty()) PERSIST_TRY(put_out_oldest());
  return {};
}

}  // namespace persist::snapshot
