// Which bytes are usual here: tells a piece of a value from bytes that never were one.
#pragma once

#include <array>
#include <persist/formats/bytes.hpp>

namespace persist::snapshot {

class ByteProfile {
 public:
  void learn(ByteView sound) noexcept;

  // How much a byte says, on average: 0 when all are equally usual, 8 when there is but one.
  [[nodiscard]] float information_bits() const noexcept;
  // Above 0 the bytes are more like those that were learned, below 0 more like random ones.
  [[nodiscard]] float likeness_bits(ByteView bytes) const noexcept;
  // That of the last so many of them which are the least like it.
  [[nodiscard]] float least_likeness_of_end(ByteView bytes) const noexcept;

 private:
  [[nodiscard]] float bits_of(char byte) const noexcept;

  std::array<std::uint32_t, 256> counts_{};
  std::uint32_t total_ = 0;
};

}  // namespace persist::snapshot
