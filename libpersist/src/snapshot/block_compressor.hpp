// Compresses the blocks of an LZ4 frame side by side and hands them on in order.
#pragma once

#include <deque>
#include <functional>
#include <future>
#include <persist/formats/bytes.hpp>
#include <persist/result.hpp>
#include <string>

namespace persist::snapshot {

class BlockCompressor {
 public:
  using Output = std::function<Result<>(ByteView)>;

  // `level`: 0 for the project's default, else 1 to 12 as LZ4's own. `output` gets finished blocks,
  // header word and checksum included, on the thread that calls.
  BlockCompressor(int level, Output output);

  // Takes a block over; waits for an older one when too many are under way. Error: the output's.
  [[nodiscard]] Result<> add(std::string block);
  [[nodiscard]] Result<> finish();

 private:
  [[nodiscard]] Result<> put_out_oldest();
  [[nodiscard]] int level_of(ByteView block);

  int level_;
  Output output_;
  std::size_t max_under_way_;
  int default_level_ = 0;  // while `level_` is 0: what the last sample asked for
  std::size_t blocks_ = 0;
  std::deque<std::future<std::string>> under_way_;
};

}  // namespace persist::snapshot
