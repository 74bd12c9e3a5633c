#include "log/legacy_lattice.hpp"

#include <cmath>

#include "log/log2_sum.hpp"

namespace persist::log {
namespace {

constexpr double unreachable = -1e18;

}  // namespace

std::vector<float> Lattice::posteriors() const {
  std::vector<double> forward(nodes_, unreachable);
  std::vector<double> backward(nodes_, unreachable);
  forward.front() = 0.0;
  backward.back() = 0.0;
  for (const Edge& edge : edges_) {
    if (forward[edge.from] == unreachable) continue;
    forward[edge.to] =
        log2_sum(forward[edge.to], forward[edge.from] + static_cast<double>(edge.weight));
  }
  for (auto edge = edges_.rbegin(); edge != edges_.rend(); ++edge) {
    if (backward[edge->to] == unreachable) continue;
    backward[edge->from] =
        log2_sum(backward[edge->from], backward[edge->to] + static_cast<double>(edge->weight));
  }
  const double all = forward.back();
  if (all == unreachable) return {};
  std::vector<float> probabilities(nodes_, 0.0F);
  for (std::size_t node = 0; node < nodes_; ++node) {
    if (forward[node] == unreachable || backward[node] == unreachable) continue;
    probabilities[node] = static_cast<float>(std::exp2(forward[node] + backward[node] - all));
  }
  return probabilities;
}

}  // namespace persist::log
