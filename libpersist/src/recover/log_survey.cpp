#include <algorithm>
#include <tuple>

#include "recover/loss_count.hpp"
#include "recover/losses.hpp"
#include "recover/survey.hpp"

namespace persist::recover {
namespace {

// The shortest record is 4 bytes with a key of one byte; a run of damage cannot have held more
// commits than this many bytes each.
constexpr std::uint64_t min_commit_bytes = 4;

CommitPlace place_of(const Commit& commit) {
  return {FileKind::log, commit.offset, commit.length, commit.version, listed_keys(commit.records)};
}

Loss loss_of(const Commit& commit, LossReason reason) {
  Loss loss;
  loss.offset = commit.offset;
  loss.length = commit.length;
  loss.reason = reason;
  loss.version = commit.version;
  loss.keys = listed_keys(commit.records);
  return loss;
}

// Commits whose versions only some lines refuse: which line it is shows at the log's end.
struct HighVersions {
  std::uint64_t commits = 0;
  std::uint64_t records = 0;
  std::vector<CommitPlace> places;

  void add(const Commit& commit, std::size_t max_listed) {
    ++commits;
    records += commit.records.size();
    if (places.size() < max_listed) places.push_back(place_of(commit));
  }
};

class LogSurveyor final : public LogSink {
 public:
  LogSurveyor(RepairPlan& plan, const RepairOptions& options)
      : plan_(plan), options_(options), losses_(plan, options.max_listed) {}

  bool on_commit(const Commit& commit) override {
    if (commit.trust == Trust::partial) {
      leave_out(commit, LossReason::partial);
    } else if (commit.version == 0) {
      leave_out(commit, LossReason::refused_version);
    } else if (commit.trust == Trust::uncertain && options_.strict) {
      leave_out(commit, LossReason::uncertain);
    } else if (commit.version >= version_limit_0_27) {
      above_0_27_.add(commit, options_.max_listed);
    } else if (commit.version >= version_limit_1_1) {
      above_1_1_.add(commit, options_.max_listed);
    } else {
      keep(commit);
      note_order(commit);
    }
    return !is_stopped();
  }

  bool on_damage(const Damage& damage) override {
    // The end of a log that somebody is writing to is not finished yet.
    if (plan_.live && damage.is_torn_tail) return true;
    is_behind_damage_ = true;
    ++plan_.log.damage_count;
    if (plan_.log.damage.size() < options_.max_listed) plan_.log.damage.push_back(damage);
    if (damage.may_hold_commits) {
      Loss loss;
      loss.offset = damage.offset;
      loss.length = damage.length;
      loss.version = damage.version;
      loss.keys = damage.keys;
      loss.is_torn_tail = damage.is_torn_tail;
      losses_.add(std::move(loss));
      lost_bytes_since_commit_ += damage.length;
    }
    return !is_stopped();
  }

  LogSurvey finish(LogSummary summary, const SnapshotSurvey* snapshot) {
    survey_.summary = std::move(summary);
    const Version limit =
        version_limit_of(&survey_.summary, snapshot == nullptr ? nullptr : &snapshot->summary);
    settle(above_1_1_, limit <= version_limit_1_1);
    settle(above_0_27_, true);
    losses_.finish();
    loss_count_.settle(plan_);
    if (survey_.late) sort_late(*survey_.late);
    plan_.log.rewrite = plan_.log.damage_count > 0 || left_out_;
    return std::move(survey_);
  }

  [[nodiscard]] bool is_stopped() const { return options_.should_stop && options_.should_stop(); }

 private:
  void leave_out(const Commit& commit, LossReason reason) {
    left_out_ = true;
    losses_.add(loss_of(commit, reason));
  }

  void note_legacy(const Commit& commit) {
    std::vector<ByteRange>& kept = survey_.kept_legacy;
    if (!kept.empty() && kept.back().offset + kept.back().length == commit.offset) {
      kept.back().length += commit.length;
    } else {
      kept.push_back({commit.offset, commit.length});
    }
  }

  void keep(const Commit& commit) {
    if (commit.format == LogFormat::legacy) note_legacy(commit);
    ++plan_.recovered_commits;
    plan_.recovered_records += commit.records.size();
    if (is_behind_damage_) ++plan_.commits_behind_damage;
    if (commit.header_rebuilt && plan_.rebuilt.size() < options_.max_listed) {
      plan_.rebuilt.push_back(place_of(commit));
    }
    if (commit.trust == Trust::uncertain) {
      ++plan_.uncertain_count;
      if (plan_.uncertain.size() < options_.max_listed) {
        plan_.uncertain.push_back(place_of(commit));
      }
    }
  }

  void note_order(const Commit& commit) {
    const Version before = order_.greatest();
    const bool is_late = order_.is_late(commit);
    loss_count_.note_kept(commit, is_late);
    if (is_late) {
      note_late(commit);
    } else if (order_.greatest() > before) {
      count_missing(before, commit.version);
    }
  }

  // Counters are dense: versions that are missing beside a damage were in it.
  void count_missing(Version before, Version version) {
    const std::uint64_t missing = version - before - 1;
    if (lost_bytes_since_commit_ > 0 && before > 0 && !is_clock_version(version) &&
        missing <= lost_bytes_since_commit_ / min_commit_bytes) {
      losses_.last_took(missing);
    }
    lost_bytes_since_commit_ = 0;
  }

  void note_late(const Commit& commit) {
    if (!survey_.late) return;
    if ((survey_.late->size() + 1) * sizeof(LateCommit) > options_.max_memory_bytes / 8) {
      survey_.late.reset();
      return;
    }
    survey_.late->push_back(
        {commit.version, 0, commit.offset, commit.length, commit.format, commit.synced_to});
  }

  void settle(const HighVersions& high, bool refused) {
    if (!refused) {
      plan_.recovered_commits += high.commits;
      plan_.recovered_records += high.records;
      return;
    }
    if (high.commits > 0) left_out_ = true;
    for (const CommitPlace& place : high.places) {
      Loss loss;
      loss.offset = place.offset;
      loss.length = place.length;
      loss.reason = LossReason::refused_version;
      loss.version = place.version;
      loss.keys = place.keys;
      losses_.add(std::move(loss));
    }
    plan_.lost_commits += high.commits - high.places.size();
  }

  RepairPlan& plan_;
  const RepairOptions& options_;
  Losses losses_;
  LossCount loss_count_;
  LogSurvey survey_;
  HighVersions above_1_1_;   // refused by 1.1 alone
  HighVersions above_0_27_;  // refused from 0.27 on; up to 0.22 a time that has not come yet
  OrderTracker order_;
  bool is_behind_damage_ = false;
  bool left_out_ = false;
  std::uint64_t lost_bytes_since_commit_ = 0;
};

// The format of the framed part: what the file has, or what its snapshot shows the line to be.
std::optional<LogFormat> framed_format(const LogSummary& log, const SnapshotSurvey* snapshot) {
  std::optional<LogFormat> framed;
  for (const LogFormat format : log.formats) {
    if (format != LogFormat::legacy) framed = std::max(framed.value_or(format), format);
  }
  const bool is_headed = snapshot != nullptr && snapshot->summary.covered.has_value();
  if (!framed && log.formats.empty() && log.size_bytes > 0 && is_headed) return LogFormat::framed_2;
  return framed;
}

}  // namespace

void sort_late(std::vector<LateCommit>& late) {
  std::ranges::sort(late, {}, [](const LateCommit& commit) {
    return std::tuple(commit.format != LogFormat::legacy, commit.version, commit.source,
                      commit.offset);
  });
}

Version version_limit_of(const LogSummary* log, const SnapshotSummary* snapshot) noexcept {
  const bool framed_2 =
      log != nullptr && std::ranges::find(log->formats, LogFormat::framed_2) != log->formats.end();
  const bool headed = snapshot != nullptr && snapshot->covered.has_value();
  return framed_2 || headed ? version_limit_1_1 : version_limit_0_27;
}

Result<LogSurvey> survey_log(File& log, const RepairOptions& options,
                             const SnapshotSurvey* snapshot, RepairPlan& plan) {
  LogSurveyor surveyor(plan, options);
  LogReadOptions read_options;
  read_options.progress = options.progress;
  PERSIST_TRY_ASSIGN(LogSummary summary, read_log(log, read_options, surveyor));
  if (surveyor.is_stopped()) return fail(ErrorCode::interrupted, log.path(), "interrupted");
  LogSurvey survey = surveyor.finish(std::move(summary), snapshot);
  survey.framed = framed_format(survey.summary, snapshot);
  return survey;
}

}  // namespace persist::recover
