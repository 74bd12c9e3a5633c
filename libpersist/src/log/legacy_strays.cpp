#include "log/legacy_strays.hpp"

#include <algorithm>
#include <persist/release_line.hpp>
#include <span>

namespace persist::log {
namespace {

constexpr std::size_t compared_commits = 8;  // on each side
constexpr std::size_t least_commits = 2;     // on each side
// A counter gives out versions in order: they overtake each other by as many as there are writers.
constexpr Version counter_disorder = 16;
// A clock's version waits for the log, as long as a thread may have to; none comes early.
constexpr Version longest_wait_ns = 10'000'000'000;
constexpr Version clock_early_ns = 4'000'000'000;

struct Run {
  std::size_t first = 0;
  std::size_t records = 0;
  Version version = 0;
};

std::vector<Run> runs_of(const std::vector<PendingRecord>& records) {
  std::vector<Run> runs;
  for (std::size_t i = 0; i < records.size(); ++i) {
    const Version version = records[i].shape.version;
    if (runs.empty() || runs.back().version != version) runs.push_back({i, 0, version});
    ++runs.back().records;
  }
  return runs;
}

// How far the neighbours are from each other.
Version widest_step(std::span<const Version> versions) {
  Version widest = 0;
  for (std::size_t i = 1; i < versions.size(); ++i) {
    const auto [low, high] = std::minmax(versions[i - 1], versions[i]);
    widest = std::max(widest, high - low);
  }
  return widest;
}

bool is_outside(Version version, std::span<const Version> around) {
  const auto [low, high] = std::ranges::minmax(around);
  const bool is_clock = is_clock_version(high);
  if (is_clock != is_clock_version(low)) return false;  // the log passed from one to the other here
  const Version disorder = counter_disorder + (is_clock ? 0 : widest_step(around));
  const Version above = is_clock ? clock_early_ns : disorder;
  const Version below = is_clock ? longest_wait_ns : disorder;
  return version > high + above || version + below < low;
}

bool is_peak(Version before, Version version, Version behind) {
  return (version > before && version > behind) || (version < before && version < behind);
}

}  // namespace

std::vector<std::size_t> StrayFinder::find(const std::vector<PendingRecord>& records,
                                           std::size_t count) const {
  std::vector<std::size_t> strays;
  const std::vector<Run> runs = runs_of(records);
  std::vector<Version> around;
  for (std::size_t i = 0; i + least_commits < runs.size() && runs[i].first < count; ++i) {
    const Run& run = runs[i];
    if (run.records > 1 || i + before_.size() < least_commits) continue;
    const Version before = i > 0 ? runs[i - 1].version : before_.back();
    if (!is_peak(before, run.version, runs[i + 1].version)) continue;
    around.clear();
    const std::size_t own = std::min(i, compared_commits);
    const std::size_t old = std::min(before_.size(), compared_commits - own);
    around.insert(around.end(), before_.end() - static_cast<std::ptrdiff_t>(old), before_.end());
    for (std::size_t j = i - own; j < i; ++j) around.push_back(runs[j].version);
    const std::size_t last = std::min(runs.size() - 1, i + compared_commits);
    for (std::size_t j = i + 1; j <= last; ++j) around.push_back(runs[j].version);
    if (is_outside(run.version, around)) strays.push_back(run.first);
  }
  return strays;
}

void StrayFinder::note(Version version) {
  if (!before_.empty() && before_.back() == version) return;
  before_.push_back(version);
  if (before_.size() > compared_commits) before_.pop_front();
}

}  // namespace persist::log
