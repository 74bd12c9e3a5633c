// Random numbers that are the same on every machine: a case is named by its seed.
#pragma once

#include <cstdint>
#include <string>

namespace persist::recovery {

class Random {
 public:
  explicit Random(std::uint64_t seed) : state_(seed) {}

  std::uint64_t next() {  // splitmix64
    std::uint64_t z = (state_ += 0x9E3779B97F4A7C15U);
    z = (z ^ (z >> 30U)) * 0xBF58476D1CE4E5B9U;
    z = (z ^ (z >> 27U)) * 0x94D049BB133111EBU;
    return z ^ (z >> 31U);
  }
  // Uniform in [low, high].
  std::uint64_t between(std::uint64_t low, std::uint64_t high) {
    return low + next() % (high - low + 1);
  }
  std::size_t below(std::size_t bound) { return static_cast<std::size_t>(next() % bound); }
  bool one_in(std::uint64_t n) { return next() % n == 0; }
  std::string bytes(std::size_t length) {
    std::string out(length, '\0');
    for (char& byte : out) byte = static_cast<char>(next());
    return out;
  }

 private:
  std::uint64_t state_;
};

}  // namespace persist::recovery
