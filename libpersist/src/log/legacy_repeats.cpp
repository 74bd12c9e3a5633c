#include "log/legacy_repeats.hpp"

#include <algorithm>
#include <functional>
#include <persist/release_line.hpp>

namespace persist::log {
namespace {

constexpr std::size_t ordered_neighbours = 8;  // on each side
constexpr std::size_t least_neighbours = 2;    // on each side

}  // namespace

std::vector<Run> runs_of(const std::vector<PendingRecord>& records) {
  std::vector<Run> runs;
  for (std::size_t i = 0; i < records.size(); ++i) {
    const Version version = records[i].shape.version;
    if (runs.empty() || runs.back().version != version) runs.push_back({i, 0, version});
    ++runs.back().records;
  }
  return runs;
}

RepeatedVersions::RepeatedVersions(const std::vector<PendingRecord>& records,
                                   const std::vector<Run>& runs, const std::vector<Version>& all,
                                   const VersionTrack& track, const KeyOf& key_of)
    : records_(records), runs_(runs), all_(all), key_of_(key_of) {
  find(track);
}

// Hardly ever any, and none where all ascend, which is told at a glance.
void RepeatedVersions::find(const VersionTrack& track) {
  const bool ascend = std::ranges::is_sorted(runs_, std::less_equal<>(), &Run::version);
  if (runs_.empty() || (ascend && runs_.front().version > track.newest())) return;
  std::vector<Version> versions;
  for (const Run& run : runs_) {
    if (is_clock_version(run.version)) continue;
    versions.push_back(run.version);
    const bool is_old = track.is_counter() && run.version <= track.newest();
    if (is_old && track.is_taken(run.version)) repeated_.push_back(run.version);
  }
  std::ranges::sort(versions);
  for (std::size_t i = 1; i < versions.size(); ++i) {
    if (versions[i] == versions[i - 1]) repeated_.push_back(versions[i]);
  }
  std::ranges::sort(repeated_);
}

bool RepeatedVersions::could_be_of_a_neighbour(const Run& run) const {
  const auto follows = [&](std::size_t front) {
    return front + 1 < records_.size() && records_[front].end() == records_[front + 1].offset &&
           key_of_(records_[front]) < key_of_(records_[front + 1]);
  };
  return (run.first > 0 && follows(run.first - 1)) || follows(run.first);
}

// Whether the versions around this one ascend, and it is not between its neighbours.
bool RepeatedVersions::is_only_one_out_of_order(std::size_t run) const {
  const std::size_t at = all_.size() - runs_.size() + run;
  const std::size_t before = std::min(at, ordered_neighbours);
  const std::size_t behind = std::min(all_.size() - at - 1, ordered_neighbours);
  if (before < least_neighbours || behind < least_neighbours) return false;
  std::vector<Version> others(all_.begin() + static_cast<std::ptrdiff_t>(at - before),
                              all_.begin() + static_cast<std::ptrdiff_t>(at + behind + 1));
  others.erase(others.begin() + static_cast<std::ptrdiff_t>(before));
  return std::ranges::is_sorted(others, std::less_equal<>()) &&
         (all_[at] <= all_[at - 1] || all_[at] >= all_[at + 1]);
}

// Whether it is the one number that is missing between its neighbours.
bool RepeatedVersions::fills_its_place(std::size_t run) const {
  const std::size_t at = all_.size() - runs_.size() + run;
  return at > 0 && at + 1 < all_.size() && all_[at] == all_[at - 1] + 1 &&
         all_[at + 1] == all_[at] + 1;
}

// How far its version is from those of its neighbours.
Version RepeatedVersions::displacement(std::size_t run) const {
  const std::size_t at = all_.size() - runs_.size() + run;
  Version sum = 0;
  if (at > 0) sum += distance(all_[at], all_[at - 1]);
  if (at + 1 < all_.size()) sum += distance(all_[at], all_[at + 1]);
  return sum;
}

bool RepeatedVersions::has_key(const Run& run, ByteView key) const {
  const auto first = records_.begin() + static_cast<std::ptrdiff_t>(run.first);
  return std::any_of(first, first + static_cast<std::ptrdiff_t>(run.records),
                     [&](const PendingRecord& record) { return key_of_(record) == key; });
}

bool RepeatedVersions::is_altered(std::size_t run) const {
  const Run& own = runs_[run];
  if (own.records != 1 || !std::ranges::binary_search(repeated_, own.version)) return false;
  if (fills_its_place(run)) return false;
  const bool is_out_of_order = is_only_one_out_of_order(run);
  if (!is_out_of_order && !could_be_of_a_neighbour(own)) return false;
  for (std::size_t i = 0; i < runs_.size(); ++i) {
    const Run& other = runs_[i];
    if (i == run || other.version != own.version) continue;
    const bool is_told = other.records > 1 || is_out_of_order ||
                         (!could_be_of_a_neighbour(other) && displacement(run) > displacement(i));
    if (!is_told || has_key(other, key_of_(records_[own.first]))) return false;
  }
  return true;
}

}  // namespace persist::log
