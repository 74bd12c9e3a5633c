#include "inspect/log_start.hpp"

#include <persist/release_line.hpp>

#include "format_text.hpp"

namespace persist {
namespace {

// Only deletes leave their version on no key of a snapshot without a header, and so many of them in
// a row are rare.
constexpr Version most_deletes = 1024;

// So many commits with hardly a number between them that is missing were counted.
constexpr std::uint64_t telling_commits = 8;

// A compaction leaves few of the numbers, and an engine's cut all that follow it. Counters go on
// above the clock's versions of an upgraded database; a clock itself leaves more between two.
bool is_dense(const LogSummary& log) {
  const Version numbers = log.max_version - log.min_version + 1;
  return log.commits >= telling_commits && numbers <= log.commits + log.commits / 2;
}

// The version up to which the snapshot holds every commit, or may do so; none when it is not known.
std::optional<Version> held_version(const SnapshotSummary& snapshot) {
  if (snapshot.is_headed) return snapshot.covered;
  if (!snapshot.is_complete || is_clock_version(snapshot.max_version)) return std::nullopt;
  return snapshot.max_version + most_deletes;
}

Finding warning_of(std::string_view code, std::string message) {
  return {code, Severity::warning, 0, 0, std::move(message), false};
}

}  // namespace

std::optional<Finding> missing_start(const LogSummary& log, bool has_past,
                                     const SnapshotSummary* snapshot) {
  const Version first = log.min_version;
  if (first <= 1 || !is_dense(log)) return std::nullopt;
  if (snapshot == nullptr || snapshot->size_bytes == 0) {
    if (!has_past || first <= telling_commits) return std::nullopt;
    return warning_of(
        "snapshot-missing",
        format_text("the log starts at version {} and there is no snapshot: commits 1 to {} are "
                    "nowhere, or the snapshot is under another path",
                    first, first - 1));
  }
  const auto held = held_version(*snapshot);
  if (!held || first - 1 <= *held) return std::nullopt;
  const Version last = snapshot->covered.value_or(snapshot->max_version);
  return warning_of(
      "snapshot-outdated",
      format_text("the snapshot ends at version {} and the log starts at {}: the commits between "
                  "them are nowhere, and a newer snapshot may be under another path",
                  last, first));
}

}  // namespace persist
