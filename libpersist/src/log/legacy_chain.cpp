#include "log/legacy_chain.hpp"

#include <algorithm>

namespace persist::log {
namespace {

// Of each candidate, how many follow each other from it on.
std::vector<std::size_t> chain_lengths(const std::vector<Candidate>& candidates) {
  std::vector<std::size_t> lengths(candidates.size(), 1);
  for (std::size_t i = candidates.size(); i-- > 0;) {
    const std::size_t next = candidate_at(candidates, candidates[i].end());
    if (next < candidates.size()) lengths[i] += lengths[next];
  }
  return lengths;
}

}  // namespace

std::size_t candidate_at(const std::vector<Candidate>& candidates, std::size_t offset) {
  const auto found = std::ranges::lower_bound(candidates, offset, {}, &Candidate::at);
  if (found == candidates.end() || found->at != offset) return candidates.size();
  return static_cast<std::size_t>(found - candidates.begin());
}

Chain chain_from(const std::vector<Candidate>& candidates, std::size_t offset) {
  Chain chain;
  for (std::size_t i = candidate_at(candidates, offset); i < candidates.size();
       i = candidate_at(candidates, candidates[i].end())) {
    chain.push_back(i);
  }
  return chain;
}

Chain chain_to(const std::vector<Candidate>& candidates, std::size_t end) {
  std::vector<bool> reaches(candidates.size());
  std::size_t first = candidates.size();
  for (std::size_t i = candidates.size(); i-- > 0;) {
    const std::size_t next = candidate_at(candidates, candidates[i].end());
    reaches[i] = candidates[i].end() == end || (next < candidates.size() && reaches[next]);
    if (reaches[i]) first = i;
  }
  return first < candidates.size() ? chain_from(candidates, candidates[first].at) : Chain{};
}

Chain first_chain(const std::vector<Candidate>& candidates, std::size_t from, std::size_t wanted) {
  const std::vector<std::size_t> lengths = chain_lengths(candidates);
  for (std::size_t i = 0; i < candidates.size(); ++i) {
    if (lengths[i] < wanted) continue;
    Chain chain;
    for (std::size_t at = i; at < candidates.size() && chain.size() < wanted;
         at = candidate_at(candidates, candidates[at].end())) {
      if (candidates[at].at >= from) chain.push_back(at);
    }
    if (chain.size() == wanted) return chain;
  }
  return {};
}

Chain best_chain(const std::vector<Candidate>& candidates, std::size_t from, std::size_t enough) {
  const std::vector<std::size_t> lengths = chain_lengths(candidates);
  std::size_t best = candidates.size();
  for (std::size_t i = candidates.size(); i-- > 0 && candidates[i].at >= from;) {
    if (!candidates[i].is_expected) continue;
    if (best == candidates.size() || lengths[i] >= std::min(lengths[best], enough)) best = i;
  }
  return best < candidates.size() ? chain_from(candidates, candidates[best].at) : Chain{};
}

}  // namespace persist::log
