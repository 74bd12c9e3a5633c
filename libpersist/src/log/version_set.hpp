// Versions of commits, as ranges: since release 0.23 they are dense, so there are few.
#pragma once

#include <map>
#include <persist/formats/record.hpp>

namespace persist::log {

class VersionSet {
 public:
  void add(Version version);
  void add_all_of(const VersionSet& other);
  [[nodiscard]] bool contains(Version version) const;
  // The end of the run without a hole that begins at `version`, which is in the set.
  [[nodiscard]] Version last_of_run(Version version) const;
  // The greatest one below `version`, 0 when there is none.
  [[nodiscard]] Version last_below(Version version) const;

 private:
  void add_range(Version first, Version last);

  std::map<Version, Version> ranges_;  // first to last
};

}  // namespace persist::log
