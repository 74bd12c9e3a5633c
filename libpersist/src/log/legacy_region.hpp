// The most plausible reading of a stretch of a legacy log in which something is wrong.
#pragma once

#include <vector>

#include "log/legacy_candidates.hpp"

namespace persist::log {

struct RegionQuestion {
  ByteView bytes;
  // The bytes end where the file does, so that damage may reach their end; else a record ends
  // there.
  bool ends_file = false;
  bool ends_in_damage = false;  // the bytes end and the damage goes on
  // What is in front: damage, or a record that ends at the first byte.
  bool begins_in_damage = false;
  Version previous_version = 0;  // of that record; 0: nothing is in front
  ByteView previous_key;
  bool sifts = true;  // false: weighs every candidate, which the sieve's tests compare it with
};

struct RegionRecord {
  Candidate record;
  float probability = 0.0F;  // that it is a record of the log, whole and unaltered
};

// All candidates with their probabilities, by ascending offset. Those above one half never overlap.
[[nodiscard]] std::vector<RegionRecord> read_region(const RegionQuestion& question,
                                                    const std::vector<Candidate>& candidates,
                                                    const LegacyModel& model,
                                                    const VersionRanges& expected);

}  // namespace persist::log
