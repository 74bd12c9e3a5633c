// Every workload of up to three steps, and random longer ones, with the power cut at every point.
//
//   simulation_crash_states [DISTINCT]   stops once that many distinct states were looked at
#include <fmt/format.h>
#include <malloc.h>

#include <cstdlib>

#include "simulation/power_cuts.hpp"
#include "support/tally.hpp"

namespace persist::simulation {
namespace {

constexpr std::uint64_t usual_distinct = 100'000;
constexpr std::uint64_t long_distinct = 3'000'000;

// Those with several threads at once take part in shorter ones only.
void run_all_of_length(PowerCuts& cuts, const Setting& setting, std::size_t length) {
  const std::size_t choices = length < 3 ? step_count : alone_step_count;
  std::size_t total = 1;
  for (std::size_t i = 0; i < length; ++i) total *= choices;
  for (std::size_t number = 0; number < total; ++number) {
    std::vector<Step> steps;
    for (std::size_t rest = number; steps.size() < length; rest /= choices) {
      steps.push_back(static_cast<Step>(rest % choices));
    }
    cuts.run(setting, steps);
  }
}

void run_random(PowerCuts& cuts, recovery::Random& random) {
  Setting setting;
  setting.line = random.one_in(4) ? ReleaseLine::v1_0 : ReleaseLine::v1_1;
  setting.compression = random.one_in(2) ? Compression::lz4 : Compression::none;
  setting.seed = random.below(1'000'000);
  std::vector<Step> steps(random.between(4, 9));
  for (Step& step : steps) step = static_cast<Step>(random.below(step_count));
  cuts.run(setting, steps);
}

void print(const char* what, const Counts& counts) {
  fmt::print(
      "{}: {} workloads, {} distinct states, {} of them repaired, {} states of a second power cut, "
      "{} failures\n",
      what, counts.workloads, counts.distinct, counts.repaired, counts.again, counts.failures);
}

int run(std::uint64_t wanted) {
  // Versions that are times make other files in every run: what usually passes should always.
  const bool has_clocks = test::wants_long_run();
  PowerCuts cuts({});
  const std::vector<Step> filled{Step::commit_synced, Step::snapshot, Step::commit_synced};
  for (const ReleaseLine line : {ReleaseLine::v1_1, ReleaseLine::v1_0}) {
    for (std::size_t length = 1; length <= 3; ++length) {
      run_all_of_length(cuts, {line, Compression::none, 0, {}, line}, length);
      run_all_of_length(cuts, {line, Compression::lz4, 1, filled, line}, length);
    }
  }
  const std::vector<Step> commits(3, Step::commit_synced);
  for (const ReleaseLine older : {ReleaseLine::v0_18, ReleaseLine::v0_27, ReleaseLine::v1_0}) {
    if (older == ReleaseLine::v0_18 && !has_clocks) continue;
    for (std::size_t length = 1; length <= 2; ++length) {
      run_all_of_length(cuts, {ReleaseLine::v1_1, Compression::none, 3, commits, older}, length);
    }
  }
  // Where a write is torn somewhere else than at its end, formats without checksums cannot tell.
  PowerCuts::Options in_order;
  in_order.sampling.in_order = true;
  in_order.second_cut.in_order = true;
  PowerCuts legacy_cuts(in_order);
  for (const ReleaseLine line : {ReleaseLine::v0_27, ReleaseLine::v0_18}) {
    if (line == ReleaseLine::v0_18 && !has_clocks) continue;
    for (std::size_t length = 1; length <= 2; ++length) {
      run_all_of_length(legacy_cuts, {line, Compression::none, 0, {}, line}, length);
      run_all_of_length(legacy_cuts, {line, Compression::lz4, 1, filled, line}, length);
    }
  }
  recovery::Random random(2);
  while (cuts.counts().distinct < wanted && !cuts.has_seen_enough()) run_random(cuts, random);
  print("lines 1.0 and 1.1", cuts.counts());
  print("lines 0.18 and 0.27", legacy_cuts.counts());
  test::tally("crash states", cuts.counts().states + legacy_cuts.counts().states);
  return cuts.counts().failures + legacy_cuts.counts().failures == 0 ? 0 : 1;
}

}  // namespace
}  // namespace persist::simulation

int main(int argc, char** argv) {
  using namespace persist;
  using namespace persist::simulation;
  // Buffers of a megabyte come and go with every state: let the process keep their pages.
  mallopt(M_MMAP_THRESHOLD, 64 << 20);
  mallopt(M_TRIM_THRESHOLD, 256 << 20);
  const bool is_long = test::wants_long_run();
  const std::uint64_t usual = is_long ? long_distinct : usual_distinct;
  return run(argc > 1 ? std::strtoull(argv[1], nullptr, 10) : usual);
}
