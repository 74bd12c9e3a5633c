#include "inspect/log_check.hpp"

#include "format_text.hpp"
#include "inspect/file_reports.hpp"

namespace persist {
namespace {

constexpr std::uint64_t commits_between_polls = 4096;

}  // namespace

LogCheck::LogCheck(const std::optional<SnapshotSummary>& snapshot, bool is_live, Version now,
                   const VerifyOptions& options)
    : is_live_(is_live),
      now_(now),
      snapshot_(snapshot),
      options_(options),
      findings_(options.max_findings),
      census_(snapshot ? snapshot->covered : std::nullopt) {
  if (snapshot) lineage_.begin(*snapshot);
}

bool LogCheck::on_commit(const Commit& commit) {
  if (++commits_ % commits_between_polls == 0 && options_.should_stop && options_.should_stop()) {
    was_interrupted_ = true;
    return false;
  }
  if (commit.trust != Trust::whole) note_trust(commit);
  if (commit.trust == Trust::partial) return true;
  note_version(commit);
  map_.add(commit.offset, commit.version);
  lineage_.add(commit);
  return true;
}

void LogCheck::note_trust(const Commit& commit) {
  const bool is_partial = commit.trust == Trust::partial;
  findings_.add(
      {is_partial ? "partial-commit" : "uncertain-commit", Severity::warning, commit.offset,
       commit.length,
       is_partial
           ? format_text("{} records are left of the transaction of version {}; it is not applied, "
                         "but releases up to 0.27 apply the part",
                         commit.records.size(), commit.version)
           : format_text("the transaction of version {} touches damage and only looks whole",
                         commit.version),
       false});
}

void LogCheck::note_version(const Commit& commit) {
  if (commit.version > now_ && is_clock_version(commit.version)) ++in_the_future_;
  if (commit.version >= version_limit_1_1) {
    findings_.add(above_limit_1_1(commit.version, commit.offset, commit.length));
  }
  if (census_.add(commit.version)) {
    findings_.add({"duplicate-version", Severity::warning, commit.offset, commit.length,
                   format_text("a second commit of version {}: no release gives a number twice",
                               commit.version),
                   false});
  }
}

bool LogCheck::on_damage(const Damage& damage) {
  if (is_live_ && damage.is_torn_tail) return true;
  findings_.add(damage, true);
  return !(options_.should_stop && options_.should_stop() && (was_interrupted_ = true));
}

void LogCheck::note_holes() {
  if (const std::uint64_t holes = census_.holes(); holes > 0) {
    findings_.add(
        {"version-gap", Severity::info, 0, 0,
         format_text("{} of the commits up to version {} are not in the log: they failed, "
                     "were never logged, or are lost",
                     holes, census_.greatest()),
         false});
  }
}

FileReport LogCheck::report(const std::string& path, const LogSummary& summary) {
  note_holes();
  FileReport report = report_of(path, summary);
  if (!has_anything_sound(summary, snapshot_)) findings_.deny_torn_tail();
  report.commit_map = map_.take();
  report.findings = findings_.take();
  return report;
}

}  // namespace persist
