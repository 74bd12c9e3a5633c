#include "snapshot/byte_profile.hpp"

#include <algorithm>
#include <cmath>

namespace persist::snapshot {
namespace {

// A long value must not speak for all.
constexpr std::size_t learned_bytes = 1024;

}  // namespace

void ByteProfile::learn(ByteView sound) noexcept {
  sound = sound.substr(0, learned_bytes);
  for (const char byte : sound) ++counts_[static_cast<unsigned char>(byte)];
  total_ += static_cast<std::uint32_t>(sound.size());
}

// One is added to each count: what was not seen yet is rare, not impossible.
float ByteProfile::bits_of(char byte) const noexcept {
  const auto possible = static_cast<float>(counts_.size());
  const auto count = static_cast<float>(counts_[static_cast<unsigned char>(byte)] + 1);
  return std::log2(count / (static_cast<float>(total_) + possible) * possible);
}

float ByteProfile::information_bits() const noexcept {
  float bits = 0;
  const float total = static_cast<float>(total_) + static_cast<float>(counts_.size());
  for (std::size_t i = 0; i < counts_.size(); ++i) {
    bits += static_cast<float>(counts_[i] + 1) / total * bits_of(static_cast<char>(i));
  }
  return bits;
}

float ByteProfile::likeness_bits(ByteView bytes) const noexcept {
  float bits = 0;
  for (const char byte : bytes) bits += bits_of(byte);
  return bits;
}

float ByteProfile::least_likeness_of_end(ByteView bytes) const noexcept {
  float bits = 0;
  float least = 0;
  for (auto byte = bytes.rbegin(); byte != bytes.rend(); ++byte) {
    bits += bits_of(*byte);
    least = std::min(least, bits);
  }
  return least;
}

}  // namespace persist::snapshot
