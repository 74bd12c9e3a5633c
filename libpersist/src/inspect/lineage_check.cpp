#include <algorithm>
#include <persist/lineage.hpp>
#include <persist/release_line.hpp>

#include "format_text.hpp"
#include "inspect/cross_check.hpp"
#include "inspect/log_ends.hpp"
#include "inspect/log_habits.hpp"
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

std::string foreign(std::uint64_t keys, std::string_view sample) {
  return format_text(
      "the snapshot has {} keys{} at versions that the log gives to commits without them: the two "
      "files may be of two databases",
      keys, sample);
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
        {unheld_code, Severity::warning, found.first_offset, found.first_length,
         format_text("the snapshot lacks {} keys{} that the log sets at versions it says it "
                     "covers: it may be of another database, or older than the log",
                     found.records, sample),
         false});
  }
  if (const std::uint64_t found = outcome.foreign_keys; found > 0) {
    findings.push_back({"foreign-keys", Severity::warning, 0, 0, foreign(found, sample), false});
  }
  return findings;
}

}  // namespace

struct LineageCheck::Impl {
  explicit Impl(std::uint64_t max_memory) : max_memory_bytes(max_memory) {}

  std::uint64_t max_memory_bytes;
  std::optional<SnapshotSummary> snapshot;
  std::optional<CrossCheck> cross_check;
  HabitWatch habits;
};

LineageCheck::LineageCheck(std::uint64_t max_memory_bytes)
    : impl_(std::make_unique<Impl>(max_memory_bytes)) {}
LineageCheck::LineageCheck(LineageCheck&&) noexcept = default;
LineageCheck& LineageCheck::operator=(LineageCheck&&) noexcept = default;
LineageCheck::~LineageCheck() = default;

void LineageCheck::begin(const SnapshotSummary& snapshot) {
  impl_->snapshot = snapshot;
  impl_->cross_check.emplace(snapshot.covered.value_or(snapshot.max_version),
                             snapshot.covered.has_value(), impl_->max_memory_bytes);
}

void LineageCheck::add(const Commit& commit) {
  impl_->habits.add(commit);
  if (impl_->cross_check) impl_->cross_check->add(commit);
}

Result<std::vector<Finding>> LineageCheck::compare(File& snapshot, bool is_damaged) {
  auto& log = impl_->cross_check;
  if (!log || log->is_empty()) return std::vector<Finding>();
  log->begin_entries();
  Comparison comparison(*log, is_damaged);
  PERSIST_TRY_ASSIGN(const SnapshotSummary summary, read_snapshot(snapshot, {}, comparison));
  comparison.compare_held();
  CrossCheck::Outcome outcome = log->finish();
  if (is_damaged) outcome.missing = outcome.hidden = {};  // damage has taken them
  if (is_damaged) outcome.foreign_keys = 0;
  const bool is_headed = summary.covered.has_value();
  // Lines up to 0.22 can give two commits one time.
  const bool proves = is_headed || !is_clock_version(summary.max_version);
  return findings_of(outcome, is_headed, proves);
}

std::vector<Finding> LineageCheck::find_gaps(const LogSummary& log, bool is_live) const {
  std::vector<Finding> findings;
  const SnapshotSummary* const snapshot = impl_->snapshot ? &*impl_->snapshot : nullptr;
  const auto add = [&](std::optional<Finding> finding) {
    if (finding) findings.push_back(*std::move(finding));
  };
  add(missing_start(log, impl_->habits.habits(), snapshot));
  if (snapshot != nullptr && !is_live) add(missing_end(log, *snapshot));
  return findings;
}

Result<> refuse_contradiction(LineageCheck& check, const std::string& log_path, File& snapshot,
                              std::string_view advice) {
  PERSIST_TRY_ASSIGN(const std::vector<Finding> findings, check.compare(snapshot, false));
  const auto proof = std::ranges::find(findings, Severity::error, &Finding::severity);
  if (proof == findings.end()) return {};
  return fail_at(ErrorCode::damaged, log_path, proof->offset, proof->message, std::string(advice));
}

}  // namespace persist
