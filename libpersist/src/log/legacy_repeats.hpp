// Counted versions that stand in more than one place. A counter gives each to one commit: the other
// is a copy, or a record whose version was altered.
#pragma once

#include <functional>
#include <vector>

#include "log/legacy_scan.hpp"

namespace persist::log {

using KeyOf = std::function<ByteView(const PendingRecord&)>;

// Records in a row with one version.
struct Run {
  std::size_t first = 0;
  std::size_t records = 0;
  Version version = 0;
};

[[nodiscard]] std::vector<Run> runs_of(const std::vector<PendingRecord>& records);

class RepeatedVersions {
 public:
  // `all`: the versions of the commits in front of the runs, and theirs; `track` knows the former.
  // All of them outlive it.
  RepeatedVersions(const std::vector<PendingRecord>& records, const std::vector<Run>& runs,
                   const std::vector<Version>& all, const VersionTrack& track, const KeyOf& key_of);

  // Of two in two places the one is altered that is a single record, and could be a part of the
  // commit next to it or is alone out of order. One with a key of the other's would be a copy.
  [[nodiscard]] bool is_altered(std::size_t run) const;

 private:
  void find(const VersionTrack& track);
  [[nodiscard]] bool could_be_of_a_neighbour(const Run& run) const;
  [[nodiscard]] bool is_only_one_out_of_order(std::size_t run) const;
  [[nodiscard]] bool fills_its_place(std::size_t run) const;
  [[nodiscard]] Version displacement(std::size_t run) const;
  [[nodiscard]] bool has_key(const Run& run, ByteView key) const;

  const std::vector<PendingRecord>& records_;
  const std::vector<Run>& runs_;
  const std::vector<Version>& all_;
  const KeyOf& key_of_;
  std::vector<Version> repeated_;  // ascending
};

}  // namespace persist::log
