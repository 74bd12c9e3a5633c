#include "recover/losses.hpp"
#include "recover/survey.hpp"

namespace persist::recover {
namespace {

class SnapshotSurveyor final : public SnapshotSink {
 public:
  SnapshotSurveyor(RepairPlan& plan, const RepairOptions& options)
      : plan_(plan), options_(options), losses_(plan, options.max_listed) {}

  bool on_entry(const SnapshotEntry& entry) override {
    if (entry.uncertain && options_.strict) {
      survey_.has_gaps = true;
      left_out_ = true;
      leave_out(entry);
    } else {
      if (entry.uncertain) note_uncertain(entry);
      ++plan_.recovered_entries;
      for (const VersionedValue& value : entry.versions) note_version(value.version);
    }
    return !is_stopped();
  }

  bool on_damage(const Damage& damage) override {
    ++plan_.snapshot.damage_count;
    if (plan_.snapshot.damage.size() < options_.max_listed) plan_.snapshot.damage.push_back(damage);
    if (damage.may_hold_commits) {
      survey_.has_gaps = true;
      Loss loss;
      loss.file = FileKind::snapshot;
      loss.offset = damage.offset;
      loss.length = damage.length;
      loss.version = damage.version;
      loss.keys = damage.keys;
      losses_.add(std::move(loss));
    }
    return !is_stopped();
  }

  SnapshotSurvey finish(const SnapshotSummary& summary) {
    survey_.summary = summary;
    losses_.finish();
    FilePlan& file = plan_.snapshot;
    if (summary.looks_like_lz4) {
      file.reasons.emplace_back(
          "it is not compressed but begins as a compressed one does, so no engine opens it");
    }
    file.rewrite = file.damage_count > 0 || left_out_ || !file.reasons.empty();
    return survey_;
  }

  [[nodiscard]] bool is_stopped() const { return options_.should_stop && options_.should_stop(); }

 private:
  void leave_out(const SnapshotEntry& entry) {
    Loss loss;
    loss.file = FileKind::snapshot;
    loss.offset = entry.file_offset;
    loss.length = entry.length;
    loss.reason = LossReason::uncertain;
    loss.version = entry.versions.back().version;
    loss.keys.emplace_back(entry.key);
    losses_.add(std::move(loss));
  }

  void note_uncertain(const SnapshotEntry& entry) {
    ++plan_.uncertain_count;
    ++plan_.uncertain_entries;
    if (plan_.uncertain.size() == options_.max_listed) return;
    plan_.uncertain.push_back({FileKind::snapshot,
                               entry.file_offset,
                               entry.length,
                               entry.versions.back().version,
                               {std::string(entry.key)}});
  }

  void note_version(Version version) {
    if (version < version_limit_1_1) return;
    ++(version >= version_limit_0_27 ? survey_.above_0_27 : survey_.above_1_1);
  }

  RepairPlan& plan_;
  const RepairOptions& options_;
  Losses losses_;
  SnapshotSurvey survey_;
  bool left_out_ = false;
};

}  // namespace

Result<SnapshotSurvey> survey_snapshot(File& snapshot, const RepairOptions& options,
                                       RepairPlan& plan) {
  SnapshotSurveyor surveyor(plan, options);
  SnapshotReadOptions read_options;
  read_options.progress = options.progress;
  PERSIST_TRY_ASSIGN(const SnapshotSummary summary,
                     read_snapshot(snapshot, read_options, surveyor));
  if (surveyor.is_stopped()) return fail(ErrorCode::interrupted, snapshot.path(), "interrupted");
  return surveyor.finish(summary);
}

}  // namespace persist::recover
