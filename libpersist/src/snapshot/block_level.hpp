// How hard each block of a snapshot is compressed.
#pragma once

#include <cstddef>
#include <persist/formats/bytes.hpp>

namespace persist::snapshot {

// The default is the least work that stays within 1.05 times the size of the engine's own snapshot,
// which is level 7 in blocks that are linked. Which level that is depends on the data: one of the
// lowest for records of words and numbers, level 6 where the same few strings come again and again.
// Samples say it, and also how many of the blocks may have one level less: a level is a step of 1
// to 3 % in size, but of a third in time.
class BlockLevel {
 public:
  // Below this LZ4's own levels are not of the high-compression kind: one value for all of them.
  static constexpr int fast = 0;

  // `level`: 0 for the default, else 1 to 12 as LZ4's own.
  explicit BlockLevel(int level) noexcept;

  // For the next block: `fast`, or a level of the high-compression kind.
  [[nodiscard]] int next(ByteView block);

 private:
  void choose_for(ByteView block);

  const bool is_default_;
  int level_;                  // of the default: the higher one
  double share_of_lower_ = 0;  // of the blocks
  double owed_ = 0;            // to the lower level, in blocks
  std::size_t blocks_ = 0;
};

}  // namespace persist::snapshot
