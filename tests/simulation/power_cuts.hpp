// Runs workloads and cuts the power at every point of each.
#pragma once

#include <unordered_map>
#include <vector>

#include "simulation/crash_states.hpp"
#include "simulation/examination.hpp"
#include "simulation/workload.hpp"

namespace persist::simulation {

struct Counts {
  std::uint64_t workloads = 0;
  std::uint64_t states = 0;    // looked at
  std::uint64_t distinct = 0;  // of those, files that no state before had
  std::uint64_t again = 0;  // of the states, those of a power cut while the one before was mended
  std::uint64_t repaired = 0;  // of the distinct ones, whole after a repair, too
  std::uint64_t failures = 0;
};

class PowerCuts {
 public:
  struct Options {
    Sampling sampling;
    Sampling second_cut{16, 4};           // while a database is opened after the first
    std::uint64_t second_cut_every = 32;  // of the distinct states
    std::uint64_t repair_every = 16;      // ... are verified and repaired as well
    std::uint64_t seed = 1;
    std::size_t max_reported = 10;
  };
  explicit PowerCuts(const Options& options) : options_(options), random_(options.seed) {}

  // Between the promises of a trace `first` and `last` are set by them.
  struct Expected {
    const Model& model;
    std::size_t first = 0;
    std::size_t last = 0;
    ReleaseLine line = ReleaseLine::v1_1;  // that opens what is left
    bool may_have_holes = false;           // a commit is lost, a later one is not
    bool may_refuse = false;               // ... and nothing says that it had not been synced
    // Without checksums zeros that stand for lost sectors are a value like any other: the commit
    // that was being written may be there in part. Nothing promised may be missing all the same.
    bool may_hold_a_part = false;
  };

  void run(const Setting& setting, const std::vector<Step>& steps);
  // Cuts the power behind what `trace` did to `start`.
  void cut_at_end(const std::string& name, const Image& start, const std::vector<Event>& trace,
                  Expected expected);

  [[nodiscard]] const Counts& counts() const noexcept { return counts_; }
  // So much is wrong that looking further says nothing new: nothing more is run.
  [[nodiscard]] bool has_seen_enough() const noexcept {
    return counts_.failures > options_.max_reported;
  }

 private:
  void cut_at_every_event(const Image& start, const std::vector<Event>& trace, Expected expected,
                          const Sampling& sampling, bool is_first);
  void check(const Image& image, const Expected& expected, bool is_first);
  [[nodiscard]] const Finding& finding_of(const Image& image, const Expected& expected,
                                          bool is_first);
  void check_repair(const Image& image, const Expected& expected);
  void report(const Image& image, const std::string& what);

  Options options_;
  recovery::Random random_;
  Counts counts_;
  std::unordered_map<std::uint64_t, Finding> findings_;
  std::string name_;  // of the workload
};

}  // namespace persist::simulation
