// Sums of probabilities that are known by their logarithms.
#pragma once

#include <algorithm>
#include <cmath>
#include <concepts>
#include <limits>

namespace persist::log {

// log2(2^a + 2^b).
template <std::floating_point Number>
[[nodiscard]] Number log2_sum(Number a, Number b) {
  if (a < b) std::swap(a, b);
  const Number difference = b - a;
  if (difference < -static_cast<Number>(std::numeric_limits<Number>::digits)) return a;
  return a + std::log2(1 + std::exp2(difference));
}

}  // namespace persist::log
