#include "simulation/crash_states.hpp"

#include <algorithm>

namespace persist::simulation {
namespace {

using Choice = std::vector<bool>;

void for_each_subset(std::size_t count, const std::function<void(const Choice&)>& visit) {
  Choice choice(count);
  for (std::uint64_t bits = 0; bits < std::uint64_t{1} << count; ++bits) {
    for (std::size_t i = 0; i < count; ++i) choice[i] = ((bits >> i) & 1U) != 0;
    visit(choice);
  }
}

void for_each_prefix(std::size_t count, const std::function<void(const Choice&)>& visit) {
  for (std::size_t happened = 0; happened <= count; ++happened) {
    Choice choice(count);
    std::fill_n(choice.begin(), happened, true);
    visit(choice);
  }
}

void for_each_telling_subset(std::size_t count, const std::function<void(const Choice&)>& visit) {
  for_each_prefix(count, visit);
  for (std::size_t one = 0; one < count; ++one) {
    Choice all_but_one(count, true);
    all_but_one[one] = false;
    visit(all_but_one);
    Choice one_alone(count);
    one_alone[one] = true;
    visit(one_alone);
  }
}

void for_random_subsets(std::size_t count, std::size_t number, recovery::Random& random,
                        const std::function<void(const Choice&)>& visit) {
  constexpr std::uint64_t whole = 256;
  Choice choice(count);
  for (std::size_t i = 0; i < number; ++i) {
    const std::uint64_t likelihood = i % 2 == 0 ? whole / 2 : random.between(1, whole - 1);
    for (std::size_t at = 0; at < count; ++at) {
      choice[at] = random.between(0, whole - 1) < likelihood;
    }
    visit(choice);
  }
}

}  // namespace

void for_each_crash_state(const Disk& disk, const Sampling& sampling, recovery::Random& random,
                          const std::function<void(const Image&)>& visit) {
  const std::size_t count = disk.pending_count();
  const auto cut = [&](const Choice& happened) { visit(disk.after_power_cut(happened)); };
  if (sampling.in_order) {
    for_each_prefix(count, cut);
  } else if (count < 32 && std::size_t{1} << count <= sampling.all_up_to) {
    for_each_subset(count, cut);
  } else {
    for_each_telling_subset(count, cut);
    for_random_subsets(count, sampling.random, random, cut);
  }
}

}  // namespace persist::simulation
