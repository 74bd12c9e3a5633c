// Mutations that know the formats: an input whose lengths and checksums are right reaches what lies
// behind them, which bytes changed at random nearly never do.
#pragma once

#include <persist/formats/bytes.hpp>
#include <random>
#include <string>

namespace persist::fuzz {

using Random = std::mt19937;

// As libFuzzer would change these bytes, to at most `max_length` of them.
[[nodiscard]] std::string mutate_bytes(std::string bytes, std::size_t max_length);

// Takes the log apart into headers, frames and the rest, changes one of them or their order, and
// puts it together with the checksums made right.
[[nodiscard]] std::string mutate_log(ByteView log, std::size_t max_length, Random& random);

// The same with the entries of a snapshot, plain or compressed.
[[nodiscard]] std::string mutate_snapshot(ByteView snapshot, std::size_t max_length,
                                          Random& random);

// A number below `limit`, which is not 0.
[[nodiscard]] inline std::size_t below(std::size_t limit, Random& random) {
  return static_cast<std::size_t>(random()) % limit;
}

}  // namespace persist::fuzz
