// All readings of a stretch of bytes at once: a directed graph whose paths are readings, with
// weights in bits. Tells for each node how probable it is that the true reading passes it, by the
// forward-backward algorithm.
#pragma once

#include <cstdint>
#include <vector>

namespace persist::log {

class Lattice {
 public:
  explicit Lattice(std::size_t nodes) : nodes_(nodes) {}

  // Edges lead from lower to higher nodes and are added in ascending order of `from`.
  void add_edge(std::size_t from, std::size_t to, float weight) {
    edges_.push_back({static_cast<std::uint32_t>(from), static_cast<std::uint32_t>(to), weight});
  }

  // The posterior of each node, over all paths from node 0 to the last node. Empty when there is
  // none.
  [[nodiscard]] std::vector<float> posteriors() const;

 private:
  struct Edge {
    std::uint32_t from;
    std::uint32_t to;
    float weight;
  };
  std::size_t nodes_;
  std::vector<Edge> edges_;
};

}  // namespace persist::log
