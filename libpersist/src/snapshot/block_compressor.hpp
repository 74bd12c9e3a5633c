// Compresses the blocks of an LZ4 frame side by side and hands them on in order.
#pragma once

#include <deque>
#include <functional>
#include <future>
#include <memory>
#include <persist/formats/bytes.hpp>
#include <persist/result.hpp>
#include <string>
#include <vector>

#include "snapshot/block_level.hpp"

namespace persist::snapshot {

class BlockCompressor {
 public:
  using Output = std::function<Result<>(ByteView)>;

  // `level`: 0 for the project's default, else 1 to 12 as LZ4's own. `output` gets finished blocks,
  // header word and checksum included, on the thread that calls.
  BlockCompressor(int level, Output output);
  ~BlockCompressor();

  // Copies the block; waits for an older one when too many are under way. Error: the output's.
  [[nodiscard]] Result<> add(ByteView block);
  [[nodiscard]] Result<> finish();

 private:
  struct Work;
  struct UnderWay {
    std::shared_ptr<Work> work;
    std::future<void> done;
  };

  [[nodiscard]] Result<> put_out_oldest();
  [[nodiscard]] std::shared_ptr<Work> take_idle();

  BlockLevel level_;
  Output output_;
  std::size_t max_under_way_;
  std::deque<UnderWay> under_way_;
  std::vector<std::shared_ptr<Work>> idle_;
};

}  // namespace persist::snapshot
