// Where the model of a legacy log's records comes from: the sound records nearby.
#pragma once

#include "log/legacy_candidates.hpp"
#include "log/legacy_state.hpp"

namespace persist::log {

// From the sound records in front of pending record `count` that have not been learned yet, as far
// as they are not too far back. Errors: io.
[[nodiscard]] Result<void> learn_in_front(LegacyState& state, std::size_t count);

// When hardly anything lies in front: from what goes on behind the damage at `broken_at`, or comes
// before it in the region.
void learn_in_region(LegacyState& state, ByteView region, std::size_t broken_at,
                     const std::vector<Candidate>& candidates);

// Keys that are met twice, among the places where records could be in a region that ends at `end`
// and in the records behind it: a place that only looks like a record has a key of its own.
// Whether one of them is new. Errors: io.
[[nodiscard]] Result<bool> learn_repeated_keys(LegacyState& state, ByteView region,
                                               std::uint64_t end,
                                               const std::vector<Candidate>& candidates);

// Forgets everything, and learns the pending records from offset `begin` on, which lie in
// `stretch`: a record in doubt must not vouch for itself.
void learn_anew(LegacyState& state, std::uint64_t begin, const Stretch& stretch);

// Of the pending records, which lie in `stretch`: nothing is learned for good.
[[nodiscard]] bool values_hold_records(const LegacyState& state, const Stretch& stretch);

}  // namespace persist::log
