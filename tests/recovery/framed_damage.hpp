// Sound framed logs, damaged in every way, and what a reader brings back of them: the trial that
// the tests and framed_trial share.
#pragma once

#include <cstdint>
#include <persist/result.hpp>
#include <string>
#include <vector>

#include "support/damage_maker.hpp"

namespace persist::recovery {

struct FramedLog {
  std::string name;
  std::string bytes;
  std::vector<test::ByteRange> commits;
  std::vector<std::string> payloads;  // of the commits: their records, encoded
};

[[nodiscard]] Result<FramedLog> framed_log(std::string name, std::string bytes);

struct FramedOutcome {
  std::size_t lost = 0;       // whole commits that did not come back
  std::size_t invented = 0;   // commits that came back and were never written
  std::size_t untold = 0;     // of those, the ones that were not listed as uncertain
  std::size_t uncertain = 0;  // whole commits that were
  [[nodiscard]] bool is_perfect() const { return lost + invented == 0; }
};

// What is read of `bytes`, held against the sound log.
[[nodiscard]] Result<FramedOutcome> judge_framed(const FramedLog& sound,
                                                 const test::DamagedLog& damaged);

// The same damage each time for the same seed.
[[nodiscard]] test::DamagedLog damage_framed(const FramedLog& sound, test::DamageKind kind,
                                             std::uint64_t seed);

}  // namespace persist::recovery
