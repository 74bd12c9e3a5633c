// The most plausible reading of a stretch of a legacy log in which something is wrong. Legacy
// records have no checksum, so what is a record is a question of likelihood:
//
//   1. every offset where a record could start is a candidate (legacy_candidates);
//   2. a model of keys, lengths, versions and value bytes, learned from the sound part of the same
//      log (legacy_model), gives each the log of its odds against random bytes, in bits
//      (legacy_weights, legacy_byte_scores, legacy_headers, legacy_ends); candidates that cannot
//      matter are pruned (legacy_pruning);
//   3. all ways to divide the stretch into records and damage are the paths of a lattice, whose
//      edges carry those bits, and the posterior of each candidate is the share of the paths that
//      pass it, by the forward-backward algorithm (legacy_lattice);
//   4. candidates that are likely enough become records, and what is between them damage
//      (legacy_segmentation).
//
// What is called evidence here is a log-likelihood ratio, and a cost or a relief the log of a prior
// probability.
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
  bool prunes = true;  // false: weighs every candidate, which pruning's tests compare it with
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
