#include "snapshot/block_level.hpp"

#include <lz4hc.h>

#include <algorithm>
#include <memory>
#include <string>

#include "snapshot/lz4_batch.hpp"

namespace persist::snapshot {
namespace {

constexpr int lowest_level = 2;  // of the high-compression kind, though LZ4's own begin with 3
constexpr int engine_level = 7;
constexpr double may_take = 1.045;  // times the engine's size; samples are not the whole
constexpr std::size_t sample_bytes = std::size_t{128} << 10U;
constexpr std::size_t blocks_a_sample = 64;

// A piece from the middle of a block, and what comes before it, as far as LZ4 may refer to it.
struct Sample {
  ByteView history;
  ByteView data;

  explicit Sample(ByteView block) {
    const std::size_t length = std::min(block.size(), sample_bytes);
    const std::size_t begin = (block.size() - length) / 2;
    const std::size_t known = std::min(begin, lz4_history_bytes);
    history = block.substr(begin - known, known);
    data = block.substr(begin, length);
  }
};

class Compressor {
 public:
  // How many bytes become of `data`, in memory right behind `history`.
  [[nodiscard]] double bytes_of(ByteView data, ByteView history, int level) {
    LZ4_streamHC_t* const stream = stream_.get();
    LZ4_resetStreamHC_fast(stream, level);
    LZ4_loadDictHC(stream, history.data(), static_cast<int>(history.size()));
    const auto size = static_cast<int>(data.size());
    room_.resize(static_cast<std::size_t>(LZ4_compressBound(size)));
    return LZ4_compress_HC_continue(stream, data.data(), room_.data(), size,
                                    static_cast<int>(room_.size()));
  }

 private:
  struct Free {
    void operator()(LZ4_streamHC_t* stream) const noexcept { LZ4_freeStreamHC(stream); }
  };
  std::unique_ptr<LZ4_streamHC_t, Free> stream_{LZ4_createStreamHC()};
  std::string room_;
};

// What a block costs that the engine's linked ones do not: its beginning refers to nothing.
double cost_of_beginning(Compressor& compressor, const Sample& sample, int level) {
  const ByteView beginning = sample.data.substr(0, lz4_history_bytes);
  return compressor.bytes_of(beginning, {}, level) -
         compressor.bytes_of(beginning, sample.history, level);
}

}  // namespace

BlockLevel::BlockLevel(int level) noexcept
    : is_default_(level == 0), level_(level < LZ4HC_CLEVEL_MIN ? fast : level) {}

int BlockLevel::next(ByteView block) {
  if (!is_default_) return level_;
  if (blocks_++ % blocks_a_sample == 0) choose_for(block);
  owed_ += share_of_lower_;
  if (owed_ < 1) return level_;
  owed_ -= 1;
  return level_ - 1;
}

void BlockLevel::choose_for(ByteView block) {
  const Sample sample(block);
  const double samples_a_block =
      static_cast<double>(block.size()) / static_cast<double>(sample.data.size());
  Compressor compressor;
  const double allowed =
      may_take * samples_a_block * compressor.bytes_of(sample.data, sample.history, engine_level);
  double bytes_below = 0;  // at the level before
  share_of_lower_ = 0;
  for (level_ = lowest_level; level_ < engine_level; ++level_) {
    const double bytes =
        samples_a_block * compressor.bytes_of(sample.data, sample.history, level_) +
        cost_of_beginning(compressor, sample, level_);
    if (bytes <= allowed) {
      if (bytes_below > allowed) share_of_lower_ = (allowed - bytes) / (bytes_below - bytes);
      return;
    }
    bytes_below = bytes;
  }
}

}  // namespace persist::snapshot
