// How many cases a test has tried, for the last lines of tests/run (tests/README.md, "Tallies").
#pragma once

#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <string>

namespace persist::test {

// `what`: the plural of what was counted, lower case, e.g. "crash states".
inline void tally(const std::string& what, std::uint64_t count) {
  std::printf("\ntally: %s: %llu\n", what.c_str(), static_cast<unsigned long long>(count));
  std::fflush(stdout);
}

// Whether tests/run --long asked for larger counts.
inline bool wants_long_run() {
  return std::getenv("PERSIST_LONG") != nullptr;
}

}  // namespace persist::test
