// Which of the states a power cut may leave are looked at.
#pragma once

#include <functional>

#include "recovery/random.hpp"
#include "simulation/disk.hpp"

namespace persist::simulation {

struct Sampling {
  std::size_t all_up_to = 256;  // states; where there are more, some are chosen:
  std::size_t random = 64;      // besides those below
  bool in_order = false;        // only: the first n changes have happened, for each n
};

// Every state when there are few. Else: nothing of what waits has happened, all of it, the first n
// changes for each n, all but one, one alone, and random subsets, half of them with every change as
// likely as not, half with a likelihood that is itself random.
void for_each_crash_state(const Disk& disk, const Sampling& sampling, recovery::Random& random,
                          const std::function<void(const Image&)>& visit);

}  // namespace persist::simulation
