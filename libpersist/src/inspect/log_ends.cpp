#include "inspect/log_ends.hpp"

#include <algorithm>
#include <persist/release_line.hpp>

#include "format_text.hpp"

namespace persist {
namespace {

// So many commits with hardly a number between them that is missing were counted.
constexpr std::uint64_t telling_commits = 8;

// Commits that overlap get into log and snapshot in any order: so many writers, or so long a time.
constexpr Version most_overlapping_commits = 64;
constexpr Version longest_overlap_ns = 10'000'000'000;

// A compaction leaves few of the numbers, and an engine's cut all that follow it. Counters go on
// above the clock's versions of an upgraded database; a clock itself leaves more between two.
bool is_dense(const LogSummary& log) {
  const Version numbers = log.max_version - log.min_version + 1;
  return log.commits >= telling_commits && numbers <= log.commits + log.commits / 2;
}

// Only deletes leave their version on no key of a snapshot without a header. Many of them in a row
// are rare, and rarer still where a log of many more commits shows no such row.
bool may_be_deletes(Version commits, const LogSummary& log, const LogHabits& habits) {
  constexpr Version most_deletes = 1024;
  constexpr Version ever_so_many = 16;
  constexpr std::uint64_t telling_factor = 4;
  constexpr std::uint64_t rare_factor = 8;
  if (commits > most_deletes) return false;
  if (log.commits < commits * telling_factor) return true;
  return commits <= std::max(ever_so_many, habits.most_deletes_in_a_row * rare_factor);
}

// Whether the snapshot holds, or may hold, every commit up to `version`.
bool may_reach_to(const SnapshotSummary& snapshot, Version version, const LogSummary& log,
                  const LogHabits& habits) {
  if (snapshot.is_headed) return !snapshot.covered || *snapshot.covered >= version;
  if (!snapshot.is_complete || is_clock_version(snapshot.max_version)) return true;
  return snapshot.max_version >= version ||
         may_be_deletes(version - snapshot.max_version, log, habits);
}

Finding warning_of(std::string_view code, std::string message) {
  return {code, Severity::warning, 0, 0, std::move(message), false};
}

}  // namespace

std::optional<Finding> missing_start(const LogSummary& log, const LogHabits& habits,
                                     const SnapshotSummary* snapshot) {
  const Version first = log.min_version;
  if (first <= 1 || !is_dense(log)) return std::nullopt;
  if (snapshot == nullptr || snapshot->size_bytes == 0) {
    if (!habits.has_past || first <= telling_commits) return std::nullopt;
    return warning_of(
        "snapshot-missing",
        format_text("the log starts at version {} and there is no snapshot: commits 1 to {} are "
                    "nowhere, or the snapshot is under another path",
                    first, first - 1));
  }
  if (may_reach_to(*snapshot, first - 1, log, habits)) return std::nullopt;
  const Version last = snapshot->covered.value_or(snapshot->max_version);
  return warning_of(
      "snapshot-outdated",
      format_text("the snapshot ends at version {} and the log starts at {}: the commits between "
                  "them are nowhere, and a newer snapshot may be under another path",
                  last, first));
}

std::optional<Finding> missing_end(const LogSummary& log, const SnapshotSummary& snapshot) {
  if (snapshot.is_headed) {
    if (log.size_bytes > 0 || snapshot.covered.value_or(0) == 0) return std::nullopt;
    return warning_of("empty-log",
                      "the log has not even a header, which release 1.1 writes before anything "
                      "else: it was emptied, or is not the one of this snapshot");
  }
  const Version last = snapshot.max_version;
  if (log.commits == 0 || !snapshot.is_complete || last <= log.max_version) return std::nullopt;
  const bool counts = !is_clock_version(last) || is_dense(log);
  if (last - log.max_version <= (counts ? most_overlapping_commits : longest_overlap_ns)) {
    return std::nullopt;
  }
  return warning_of(
      "log-outdated",
      format_text("the log ends at version {} and the snapshot holds version {}: the log is older "
                  "or has lost its end, and keys that were deleted since come back",
                  log.max_version, last));
}

}  // namespace persist
