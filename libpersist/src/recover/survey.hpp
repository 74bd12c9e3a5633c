// What reading both files once tells a repair: enough to write the new files in a second pass
// without holding the first one's records.
#pragma once

#include <optional>
#include <persist/log_reader.hpp>
#include <persist/repair.hpp>
#include <persist/snapshot_reader.hpp>
#include <set>
#include <span>
#include <utility>
#include <vector>

namespace persist::recover {

// Which commits are carried over.
struct Rules {
  bool strict = false;
  Version version_limit = version_limit_0_27;  // the first version the line's engine refuses

  [[nodiscard]] bool keeps(const Commit& commit) const noexcept {
    return commit.version > 0 && commit.trust != Trust::partial &&
           !(strict && commit.trust == Trust::uncertain) && commit.version < version_limit;
  }
  [[nodiscard]] bool keeps(const SnapshotEntry& entry) const noexcept {
    return !(strict && entry.uncertain);
  }
};

// Tells which commits come behind one of a version as great, in the same part of the log. Both
// passes ask the same one, so that what the first lists as late is what the second leaves for
// later.
class OrderTracker {
 public:
  [[nodiscard]] bool is_late(const Commit& commit) noexcept {
    const bool is_framed = commit.format != LogFormat::legacy;
    if (is_framed != part_is_framed_) greatest_ = 0;
    part_is_framed_ = is_framed;
    if (commit.version >= version_limit_1_1) return false;  // would make all others late
    if (commit.version <= greatest_) return true;
    greatest_ = commit.version;
    return false;
  }
  [[nodiscard]] Version greatest() const noexcept { return greatest_; }

 private:
  Version greatest_ = 0;
  bool part_is_framed_ = false;
};

// A commit behind one of a version as great, or adopted from a leftover: found again by its place
// when its turn comes.
struct LateCommit {
  Version version = 0;
  std::size_t source = 0;  // 0: the log; else a leftover, counted from 1 as Survey lists them
  std::uint64_t offset = 0;
  std::uint64_t length = 0;
  LogFormat format = LogFormat::legacy;
  std::uint64_t synced_to = 0;
};

// By part (legacy first), version, source, offset.
void sort_late(std::vector<LateCommit>& late);

struct ByteRange {
  std::uint64_t offset = 0;
  std::uint64_t length = 0;
};

struct LogSurvey {
  LogSummary summary;
  std::vector<ByteRange> kept_legacy;  // the bytes of legacy commits that are carried over
  std::optional<LogFormat> framed;     // of the framed part, when the new log has one
  // As sort_late sorts them; none when there were more than the memory limit permits: then the new
  // log has the order of the old one, and nothing can be added to it.
  std::optional<std::vector<LateCommit>> late{std::in_place};
  // Offsets of commits that are the beginnings of adopted ones, which are written in their place.
  std::set<std::uint64_t> superseded;

  [[nodiscard]] bool carries_over(const Commit& commit, const Rules& rules) const {
    return rules.keeps(commit) && !superseded.contains(commit.offset);
  }
};

// Those that are not written where they lie.
[[nodiscard]] inline std::span<const LateCommit> late_commits(const LogSurvey& log) noexcept {
  if (!log.late) return {};
  return *log.late;
}

struct SnapshotSurvey {
  SnapshotSummary summary;
  bool has_gaps = false;         // entries are or may be missing
  bool is_distrusted = false;    // as if there were one gap from the first key to the last
  std::uint64_t above_1_1 = 0;   // versions that 1.1 alone refuses
  std::uint64_t above_0_27 = 0;  // those that every line from 0.27 on refuses

  // Up to which version it says anything.
  [[nodiscard]] Version boundary() const noexcept {
    return summary.covered.value_or(summary.max_version);
  }
  [[nodiscard]] std::uint64_t refused(Version limit) const noexcept {
    return above_0_27 + (limit <= version_limit_1_1 ? above_1_1 : 0);
  }
};

struct Survey {
  Rules rules;
  std::optional<LogSurvey> log;            // none: there is no such file
  std::optional<SnapshotSurvey> snapshot;  // none: there is no such file
  std::vector<std::string> adopted;        // paths of leftovers
};

// Reads the log and puts what it finds into `plan` (lists, counts, `log.rewrite`).
[[nodiscard]] Result<LogSurvey> survey_log(File& log, const RepairOptions& options,
                                           const SnapshotSurvey* snapshot, RepairPlan& plan);

// The same for the snapshot, which is read first: whether it is headed decides on the release line.
[[nodiscard]] Result<SnapshotSurvey> survey_snapshot(File& snapshot, const RepairOptions& options,
                                                     RepairPlan& plan);

// The first version that the engine refuses whose files these are.
[[nodiscard]] Version version_limit_of(const LogSummary* log,
                                       const SnapshotSummary* snapshot) noexcept;

}  // namespace persist::recover
