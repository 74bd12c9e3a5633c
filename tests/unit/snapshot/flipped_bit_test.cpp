#include "snapshot/flipped_bit.hpp"

#include <persist/formats/lz4_frame.hpp>
#include <random>

#include "support/catch.hpp"

using persist::formats::lz4_checksum;
using persist::snapshot::find_flipped_bit;

namespace {

std::string random_bytes(std::size_t length, std::uint64_t seed) {
  std::mt19937_64 random(seed);
  std::string bytes;
  for (std::size_t i = 0; i < length; ++i) bytes.push_back(static_cast<char>(random()));
  return bytes;
}

}  // namespace

TEST_CASE("any single flipped bit is found, whatever the length of the bytes") {
  const std::size_t length = GENERATE(1, 3, 4, 7, 15, 16, 17, 31, 32, 100, 1001);
  const std::string bytes = random_bytes(length, length);
  const std::uint32_t checksum = lz4_checksum(bytes);
  for (std::size_t bit = 0; bit < length * 8; ++bit) {
    std::string damaged = bytes;
    const auto mask = static_cast<unsigned char>(1U << (bit % 8));
    damaged[bit / 8] = static_cast<char>(static_cast<unsigned char>(damaged[bit / 8]) ^ mask);
    const auto found = find_flipped_bit(damaged, checksum);
    CAPTURE(length, bit);
    REQUIRE(found.has_value());
    REQUIRE(found->byte == bit / 8);
    REQUIRE(found->mask == mask);
  }
}

TEST_CASE("more damage than one bit is not explained by one") {
  for (std::uint64_t seed = 0; seed < 200; ++seed) {
    const std::string bytes = random_bytes(20'000, seed);
    std::string damaged = bytes;
    damaged[seed * 97] = static_cast<char>(damaged[seed * 97] ^ 0x41);
    damaged[seed * 31 + 5'000] = static_cast<char>(damaged[seed * 31 + 5'000] ^ 0x01);
    CHECK_FALSE(find_flipped_bit(damaged, lz4_checksum(bytes)).has_value());
  }
}

TEST_CASE("sound bytes have no flipped bit") {
  const std::string bytes = random_bytes(1'000, 1);
  CHECK_FALSE(find_flipped_bit(bytes, lz4_checksum(bytes)).has_value());
}
