// Which commits of a log are replayed.
#pragma once

#include <persist/replay.hpp>
#include <set>

namespace persist::rewrite {

class Selection {
 public:
  explicit Selection(const ReplayOptions& options)
      : options_(options), not_met_(options.skip.begin(), options.skip.end()) {}

  [[nodiscard]] bool admits(const Commit& commit);
  // Once all commits of the log at `path` were seen: whether what was to be left out was there, and
  // could be. Up to version `boundary` all is in a snapshot, from which no commit can be taken.
  // Error invalid_argument.
  [[nodiscard]] Result<> check(Version boundary, const std::string& path) const;

 private:
  const ReplayOptions& options_;
  std::set<Version> not_met_;
};

}  // namespace persist::rewrite
