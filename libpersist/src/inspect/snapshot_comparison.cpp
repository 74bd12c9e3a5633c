#include "inspect/snapshot_comparison.hpp"

#include <algorithm>
#include <persist/release_line.hpp>

#include "format_text.hpp"
#include "snapshot/held_entry.hpp"

namespace persist {
namespace {

class Comparison final : public SnapshotSink {
 public:
  Comparison(CrossCheck& check, bool is_damaged) : check_(check), is_damaged_(is_damaged) {}
  bool on_entry(const SnapshotEntry& entry) override {
    if (!is_damaged_) {
      check_.compare(entry.key, entry.versions);
      return true;
    }
    if (entry.uncertain) held_.reset();
    compare_held();
    if (!entry.uncertain) held_.emplace(entry.key, entry.versions);
    return true;
  }
  bool on_damage(const Damage& damage) override {
    if (damage.may_hold_commits) held_.reset();
    return true;
  }
  void compare_held() {
    if (held_) check_.compare(held_->key(), held_->versions());
    held_.reset();
  }

 private:
  CrossCheck& check_;
  bool is_damaged_;
  std::optional<HeldEntry> held_;
};

// A header hides records of the log; without one the log is played over the snapshot and wins.
std::string contradiction(const CrossCheck::Count& found, std::string_view sample, bool is_headed) {
  if (is_headed) {
    return format_text(
        "the snapshot has other values for {} records{} that it says it holds: the two files do "
        "not belong together, and commits of the log are hidden",
        found.records, sample);
  }
  return format_text(
      "the snapshot has other values for {} records{} of the log at the same versions: the two "
      "files do not belong together, or one was altered; what the log has counts",
      found.records, sample);
}

std::string absence(const CrossCheck::Count& found, std::string_view sample, bool is_cut) {
  return format_text(
      "the snapshot lacks {} keys{} that the log sets at versions it says it covers, and no commit "
      "can have deleted them: {}, and commits of the log are hidden",
      found.records, sample,
      is_cut ? "it was cut between two entries, or the version it covers was altered"
             : "the two files do not belong together, or the version it covers was altered");
}

std::vector<Finding> findings_of(const CrossCheck::Outcome& outcome, bool is_headed, bool proves) {
  const std::string_view sample = outcome.is_sample ? " (of a sample)" : "";
  std::vector<Finding> findings;
  if (const auto& found = outcome.contradicted; found.records > 0) {
    findings.push_back({contradiction_code, proves ? Severity::error : Severity::warning,
                        found.first_offset, found.first_length,
                        contradiction(found, sample, is_headed), false});
  }
  if (const auto& found = outcome.hidden; found.records > 0) {
    const bool is_cut = outcome.is_of_one_database && outcome.contradicted.records == 0;
    findings.push_back({is_cut ? incomplete_code : contradiction_code, Severity::error,
                        found.first_offset, found.first_length, absence(found, sample, is_cut),
                        false});
  }
  if (const auto& found = outcome.missing; found.records > 0) {
    findings.push_back(
        {"not-in-snapshot", Severity::warning, found.first_offset, found.first_length,
         format_text("the snapshot lacks {} keys{} that the log sets at versions it says it "
                     "covers: it may be of another database, or older than the log",
                     found.records, sample),
         false});
  }
  return findings;
}

}  // namespace

CrossCheck cross_check_with(const SnapshotSummary& snapshot, std::size_t max_memory_bytes) {
  return {snapshot.covered.value_or(snapshot.max_version), snapshot.covered.has_value(),
          max_memory_bytes};
}

Result<std::vector<Finding>> compare_with_snapshot(CrossCheck& log, File& snapshot,
                                                   bool is_damaged) {
  if (log.is_empty()) return std::vector<Finding>();
  log.begin_entries();
  Comparison comparison(log, is_damaged);
  PERSIST_TRY_ASSIGN(const SnapshotSummary summary, read_snapshot(snapshot, {}, comparison));
  comparison.compare_held();
  CrossCheck::Outcome outcome = log.finish();
  if (is_damaged) outcome.missing = outcome.hidden = {};  // damage has taken them
  const bool is_headed = summary.covered.has_value();
  // Lines up to 0.22 can give two commits one time.
  const bool proves = is_headed || !is_clock_version(summary.max_version);
  return findings_of(outcome, is_headed, proves);
}

Result<> refuse_contradiction(CrossCheck& log, const std::string& log_path, File& snapshot,
                              std::string_view advice) {
  PERSIST_TRY_ASSIGN(const std::vector<Finding> findings,
                     compare_with_snapshot(log, snapshot, false));
  const auto proof = std::ranges::find(findings, Severity::error, &Finding::severity);
  if (proof == findings.end()) return {};
  return fail_at(ErrorCode::damaged, log_path, proof->offset, proof->message, std::string(advice));
}

}  // namespace persist
