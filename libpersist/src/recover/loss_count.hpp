// How many commits the damaged ranges of a log took with them, as far as versions tell. Since 0.23
// they are dense: a range between commits of which no number is missing held none that is lost, and
// a number that is met elsewhere is not lost. Clocks tell nothing, but that one version is one
// commit.
#pragma once

#include <deque>
#include <persist/log_reader.hpp>
#include <persist/repair.hpp>
#include <set>

#include "inspect/version_census.hpp"

namespace persist::recover {

class LossCount {
 public:
  // A commit that is carried over, in file order. `is_late`: behind one of a greater version.
  void note_kept(const Commit& commit, bool is_late);

  // Lowers the counts of the log's losses in `plan`, and their sum.
  void settle(RepairPlan& plan) const;

 private:
  // Writers that overlap put a version behind greater ones, but hardly behind so many: only where
  // so many follow, or none was late, is a missing number known to be missing.
  static constexpr std::size_t settling_commits = 32;

  [[nodiscard]] bool is_enclosed(const Loss& loss) const;

  VersionCensus census_{std::nullopt};
  std::set<Version> uncertain_;  // what is missing of them is not known
  std::uint64_t uncertain_count_ = 0;
  std::uint64_t first_offset_ = 0;
  std::deque<std::uint64_t> last_offsets_;  // of the latest commits
  bool has_clocks_ = false;
  bool has_late_ = false;
};

}  // namespace persist::recover
