#include "log/legacy_lattice.hpp"

#include <cmath>

namespace persist::log {
namespace {

constexpr double unreachable = -1e18;

double log2_sum(double a, double b) {
  if (a < b) std::swap(a, b);
  if (b - a < -50.0) return a;
  return a + std::log2(1.0 + std::exp2(b - a));
}

}  // namespace

std::vector<float> Lattice::node_probabilities() const {
  std::vector<double> to_here(nodes_, unreachable);
  std::vector<double> from_here(nodes_, unreachable);
  to_here.front() = 0.0;
  from_here.back() = 0.0;
  for (const Edge& edge : edges_) {
    if (to_here[edge.from] == unreachable) continue;
    to_here[edge.to] =
        log2_sum(to_here[edge.to], to_here[edge.from] + static_cast<double>(edge.weight));
  }
  for (auto edge = edges_.rbegin(); edge != edges_.rend(); ++edge) {
    if (from_here[edge->to] == unreachable) continue;
    from_here[edge->from] =
        log2_sum(from_here[edge->from], from_here[edge->to] + static_cast<double>(edge->weight));
  }
  const double all = to_here.back();
  if (all == unreachable) return {};
  std::vector<float> probabilities(nodes_, 0.0F);
  for (std::size_t node = 0; node < nodes_; ++node) {
    if (to_here[node] == unreachable || from_here[node] == unreachable) continue;
    probabilities[node] = static_cast<float>(std::exp2(to_here[node] + from_here[node] - all));
  }
  return probabilities;
}

}  // namespace persist::log
