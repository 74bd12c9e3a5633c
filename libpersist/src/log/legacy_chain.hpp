// Chains: candidates that follow each other without a byte between them.
#pragma once

#include "log/legacy_candidates.hpp"

namespace persist::log {

using Chain = std::vector<std::size_t>;  // indexes of candidates, ascending

// The index of the candidate at `offset`; candidates.size() when there is none.
[[nodiscard]] std::size_t candidate_at(const std::vector<Candidate>& candidates,
                                       std::size_t offset);

// The chain that starts at `offset`.
[[nodiscard]] Chain chain_from(const std::vector<Candidate>& candidates, std::size_t offset);

// The chain that ends at `end` and starts first.
[[nodiscard]] Chain chain_to(const std::vector<Candidate>& candidates, std::size_t end);

// The first chain that has `wanted` candidates at or behind `from`: just those. None when there is
// no such chain.
[[nodiscard]] Chain first_chain(const std::vector<Candidate>& candidates, std::size_t from,
                                std::size_t wanted);

// The chain that starts first at or behind `from` and has `enough` candidates; else the longest
// one.
[[nodiscard]] Chain best_chain(const std::vector<Candidate>& candidates, std::size_t from,
                               std::size_t enough);

}  // namespace persist::log
