#include "log/legacy_outliers.hpp"

#include <algorithm>
#include <iterator>
#include <persist/release_line.hpp>
#include <span>
#include <vector>

namespace persist::log {
namespace {

constexpr std::size_t compared_commits = 8;  // on each side
constexpr std::size_t least_commits = 2;     // on each side
constexpr std::size_t known_commits = 16;    // in front, and behind as far as they are at hand
// A version that is ahead of the next few commits was ahead of its time, when it is so by more than
// any other here.
constexpr std::size_t next_commits = 4;
constexpr Version usual_jump = 8;
// Of the versions around one that is missing, so many on each side, nearly all are there.
constexpr Version gap_neighbours = 4;
constexpr Version least_gap_neighbours = 4;
constexpr Version missing_gap_neighbours = 2;
// A clock's version waits for the log, as long as a thread may have to; none comes early.
constexpr Version longest_wait_ns = 10'000'000'000;
constexpr Version clock_early_ns = 4'000'000'000;
// That many low bytes of a clock's version are zero once in millions of times, or when a hole took
// them.
constexpr Version zeroed_part = Version{1} << 24U;
// So many that are set back are not altered: nothing alters them alike. One vouches for one near it.
constexpr std::size_t vouching_commits = 2;
// Where commits are in the log in the order of their versions, that many do not wait for another.
constexpr std::size_t ordered_commits = 8;  // on each side
// No database rests so long that this would be its next commit, whether more follows or not.
constexpr Version two_years_ns = 2 * 365 * 86400 * Version{1'000'000'000};

// The commits in front of one, and those behind it.
struct Around {
  std::vector<Version> before;
  std::vector<Version> behind;
};

// How far the neighbours are from each other.
Version widest_step(std::span<const Version> versions) {
  Version widest = 0;
  for (std::size_t i = 1; i < versions.size(); ++i) {
    const auto [low, high] = std::minmax(versions[i - 1], versions[i]);
    widest = std::max(widest, high - low);
  }
  return widest;
}

// The most that one of these is above all in front of it. The first ones only show where it begins.
Version widest_jump(const Around& around) {
  Version newest = 0;
  Version widest = 0;
  std::size_t passed = 0;
  const auto pass = [&](Version version) {
    const bool counts = ++passed > around.before.size() / 2;
    if (version <= newest) return;
    if (counts) widest = std::max(widest, version - newest);
    newest = version;
  };
  std::ranges::for_each(around.before, pass);
  std::ranges::for_each(around.behind, pass);
  return widest;
}

// The most commits that were on their way to the log at once: the newest one had overtaken them.
Version most_on_their_way(const Around& around) {
  std::vector<Version> versions = around.before;
  std::ranges::copy(around.behind, std::back_inserter(versions));
  Version most = 0;
  Version newest = 0;
  for (auto here = versions.begin(); here != versions.end(); ++here) {
    newest = std::max(newest, *here);
    const auto overtaken = std::count_if(here + 1, versions.end(),
                                         [newest](Version version) { return version < newest; });
    most = std::max(most, static_cast<Version>(overtaken));
  }
  return most;
}

std::span<const Version> nearest_before(const Around& around) {
  return std::span(around.before).last(std::min(around.before.size(), compared_commits));
}

std::span<const Version> nearest_behind(const Around& around) {
  return std::span(around.behind).first(std::min(around.behind.size(), compared_commits));
}

// A counter's version that was given out to a later commit, or is above several that follow: those
// in between were on their way to the log by as many writers as there never were.
bool jumps_ahead(Version version, const Around& around) {
  const Version newest = std::ranges::max(around.before);
  if (is_clock_version(version) || is_clock_version(newest) || version <= newest) return false;
  const Version jump = version - newest;
  const Version usual = widest_jump(around);
  if (std::ranges::find(around.behind, version) != around.behind.end()) return jump > usual;
  const auto next = std::span(around.behind).first(std::min(around.behind.size(), next_commits));
  return jump > std::max(usual_jump, 2 * usual) && std::ranges::max(next) < version &&
         jump > most_on_their_way(around) + 1;
}

// A counter's version that another commit in front has, and that is behind its time.
bool is_taken_before(Version version, const Around& around, const VersionTrack& track) {
  if (!track.is_counter() || version + usual_jump >= std::ranges::max(around.before)) return false;
  return track.is_taken(version) ||
         std::ranges::find(around.before, version) != around.before.end();
}

// A counter gives each version to one commit: one that no other has, among versions that others
// have, is in its place, however late or early it comes.
bool fills_gap(const std::vector<Version>& all, std::size_t at, const VersionTrack& track) {
  const Version version = all[at];
  if (is_clock_version(version) || version <= gap_neighbours) return false;
  const auto is_known = [&](Version other) {
    if (track.is_counter() && other <= track.newest() && track.is_taken(other)) return true;
    return std::ranges::count(all, other) > (other == version ? 1 : 0);
  };
  if (is_known(version)) return false;
  Version newest = 0;
  bool is_in_order = true;  // but for this one
  for (std::size_t i = 0; i < all.size(); ++i) {
    if (i == at) continue;
    is_in_order = is_in_order && all[i] >= newest;
    newest = std::max(newest, all[i]);
  }
  const bool is_early = at > 0 && version > all[at - 1] + counter_disorder;
  if (version > newest && is_in_order && is_early) return false;  // one overtook all, others none
  Version known = 0;
  Version given_out = 0;
  for (Version other = version - gap_neighbours; other <= version + gap_neighbours; ++other) {
    if (other == version || other > newest) continue;
    ++given_out;
    if (is_known(other)) ++known;
  }
  return known >= least_gap_neighbours && known + missing_gap_neighbours >= given_out;
}

bool is_far_ahead(Version version, Version before) {
  return is_clock_version(before) && version > before && version - before > two_years_ns;
}

// A clock's version that is above several that follow, in a log that is in order but for it.
bool is_ahead_of_order(Version version, const Around& around) {
  if (std::min(around.before.size(), around.behind.size()) < ordered_commits) return false;
  std::vector<Version> others = around.before;
  std::ranges::copy(around.behind, std::back_inserter(others));
  if (!is_clock_version(others.front()) || !is_clock_version(version)) return false;
  const bool is_ordered = std::ranges::is_sorted(others);
  return is_ordered && version > around.behind[next_commits - 1];
}

// How many of the nearest commits behind come, without a break, before those in front by more than
// any wait: the clock had been set back.
std::size_t count_set_back(const Around& around) {
  const Version before = around.before.back();
  const auto is_set_back = [before](Version version) {
    return is_clock_version(version) && version < before && before - version > longest_wait_ns;
  };
  const auto behind = nearest_behind(around);
  const auto end = std::ranges::find_if_not(behind, is_set_back);
  return static_cast<std::size_t>(end - behind.begin());
}

bool is_outside(Version version, const Around& around) {
  const bool is_zeroed = version % zeroed_part == 0;
  const std::size_t set_back = is_zeroed ? 0 : count_set_back(around);
  if (set_back >= vouching_commits) return false;
  if (set_back > 0 &&
      distance(version, around.behind.front()) < distance(version, around.before.back())) {
    return false;
  }
  std::vector<Version> others;
  std::ranges::copy(nearest_before(around), std::back_inserter(others));
  std::ranges::copy(nearest_behind(around).subspan(set_back), std::back_inserter(others));
  const auto [low, high] = std::ranges::minmax(others);
  const bool is_clock = is_clock_version(high);
  if (is_clock != is_clock_version(low)) return false;  // the log passed from one to the other here
  const Version disorder = counter_disorder + (is_clock ? 0 : widest_step(others));
  const Version above = is_clock ? (is_zeroed ? 0 : clock_early_ns) : disorder;
  const Version below = is_clock ? (is_zeroed ? 0 : longest_wait_ns) : disorder;
  if (version <= high + above && version + below >= low) return false;
  return !is_clock || is_zeroed ||
         is_byte_from(version, around.before.back(), around.behind.front());
}

// Two clock's versions in a row that differ in one byte, and not in the lower ones, which are never
// the same twice.
bool differs_in_upper_byte(Version a, Version b) {
  constexpr unsigned lower_bytes = 3;
  if (!is_clock_version(a) || !is_clock_version(b)) return false;
  for (unsigned i = lower_bytes; i < sizeof(Version); ++i) {
    if (((a ^ b) & ~(Version{0xFF} << (8 * i))) == 0) return a != b;
  }
  return false;
}

// Whether a single record would be of the commit next to it but for one byte of its version: of the
// two it is the one that is farther from the commits around them.
bool is_altered_clock(const std::vector<PendingRecord>& records, std::size_t record,
                      const std::vector<Version>& all, std::size_t at, const KeyOf& key_of) {
  const Version version = all[at];
  const auto is_farther = [&](std::size_t neighbour, std::size_t other) {
    return distance(version, all[other]) > distance(all[neighbour], all[other]);
  };
  const auto ascend = [&](std::size_t front) {
    return front + 1 < records.size() && key_of(records[front]) < key_of(records[front + 1]);
  };
  const bool is_behind = at > 1 && record > 0 && differs_in_upper_byte(all[at - 1], version) &&
                         ascend(record - 1) && is_farther(at - 1, at - 2);
  const bool is_in_front = at + 2 < all.size() && differs_in_upper_byte(all[at + 1], version) &&
                           ascend(record) && is_farther(at + 1, at + 2);
  return is_behind || is_in_front;
}

bool is_peak(Version before, Version version, Version behind) {
  return (version > before && version > behind) || (version < before && version < behind);
}

bool is_within_commit(const std::vector<PendingRecord>& records, std::size_t at,
                      const KeyOf& key_of) {
  if (at == 0 || at + 1 >= records.size()) return false;
  const auto keyed = [&](std::size_t i) {
    return KeyedVersion{key_of(records[i]), records[i].shape.version};
  };
  return is_inside_another_commit(keyed(at - 1), keyed(at), keyed(at + 1));
}

}  // namespace

bool is_inside_another_commit(const KeyedVersion& before, const KeyedVersion& record,
                              const KeyedVersion& behind) {
  return before.version == behind.version && record.version != before.version &&
         before.key < record.key && record.key < behind.key;
}

std::vector<std::size_t> OutlierFinder::find(const std::vector<PendingRecord>& records,
                                             std::size_t count, const KeyOf& key_of) const {
  std::vector<std::size_t> outliers;
  const std::vector<Run> runs = runs_of(records);
  std::vector<Version> all(before_.begin(), before_.end());
  const std::size_t old = all.size();
  for (const Run& run : runs) all.push_back(run.version);
  const RepeatedVersions repeated(records, runs, all, track_, key_of);
  Around around;
  for (std::size_t i = 0; i < runs.size() && runs[i].first < count; ++i) {
    const Run& run = runs[i];
    const std::size_t at = old + i;
    if (is_within_commit(records, run.first, key_of) || repeated.is_altered(i)) {
      outliers.push_back(run.first);
      continue;
    }
    if (run.records == 1 && is_altered_clock(records, run.first, all, at, key_of)) {
      outliers.push_back(run.first);
      continue;
    }
    if (at < least_commits) continue;
    if (at + 1 < all.size() && !is_peak(all[at - 1], run.version, all[at + 1])) continue;
    const auto here = all.begin() + static_cast<std::ptrdiff_t>(at);
    around.before.assign(here - static_cast<std::ptrdiff_t>(std::min(at, known_commits)), here);
    around.behind.assign(
        here + 1,
        here + 1 + static_cast<std::ptrdiff_t>(std::min(all.size() - at - 1, known_commits)));
    const bool can_compare = around.behind.size() >= least_commits;
    // In front of the log's last commit one record is all that is believed to be altered.
    const bool can_see_jump = can_compare || (around.behind.size() == 1 && run.records == 1 &&
                                              around.before.size() >= ordered_commits);
    const bool is_outlier =
        (can_see_jump && jumps_ahead(run.version, around)) ||
        (run.records == 1 &&
         (is_far_ahead(run.version, std::ranges::max(around.before)) ||
          is_taken_before(run.version, around, track_) || is_ahead_of_order(run.version, around) ||
          (can_compare && is_outside(run.version, around))));
    if (!is_outlier || fills_gap(all, at, track_)) continue;
    const std::size_t end = std::min(run.first + run.records, count);
    for (std::size_t j = run.first; j < end; ++j) outliers.push_back(j);
  }
  return outliers;
}

void OutlierFinder::note(Version version) {
  if (!before_.empty() && before_.back() == version) return;
  before_.push_back(version);
  if (before_.size() > known_commits) before_.pop_front();
  track_.note(version);
}

}  // namespace persist::log
