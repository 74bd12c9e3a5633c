// How far back the files of a database can tell its state (formats/README.md, "Replay", rule 5).
#pragma once

#include <array>
#include <persist/log_reader.hpp>
#include <persist/snapshot_reader.hpp>

namespace persist::store {

// Tells counters from clocks by the greatest versions of a snapshot. Line 0.18 stamps commits with
// nanoseconds, and its snapshots hold history; from 0.27 on versions count up, possibly from an
// older clock's, and a snapshot holds only the newest version of each key. A snapshot in which
// every key was written once looks the same in both but for the distances of its versions: a
// counter's are small, while no two commits are closer than the time they take.
class VersionSpacing {
 public:
  void add(Version version);
  // False also when there is too little to tell.
  [[nodiscard]] bool is_counter() const noexcept;

 private:
  static constexpr std::size_t kept_versions = 32;
  static constexpr Version least_clock_distance_ns = 100;

  std::array<Version, kept_versions> greatest_{};  // distinct, ascending, the last `count_`
  std::size_t count_ = 0;
};

// Whether the log holds every commit of a counter from 1 to `up_to`: then it alone tells the past,
// whatever a snapshot has forgotten. Reads the log once.
[[nodiscard]] Result<bool> log_holds_all(File& log, std::optional<std::uint64_t> end_offset,
                                         Version up_to);

[[nodiscard]] std::unexpected<Error> past_is_gone(const std::string& path, Version at,
                                                  Version visible_from);

}  // namespace persist::store
