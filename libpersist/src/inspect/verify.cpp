#include <algorithm>
#include <persist/verify.hpp>

#include "inspect/clock.hpp"
#include "inspect/forecast_sound.hpp"
#include "inspect/leftover_findings.hpp"
#include "inspect/log_check.hpp"
#include "inspect/snapshot_check.hpp"
#include "platform/paths.hpp"

namespace persist {
namespace {

// A part of the target that was read: its report, and what the other part is held against.
template <class Summary>
struct Part {
  FileReport report;
  std::optional<Summary> summary;  // none when a newer release wrote it
};

Finding newer_format(const Error& error) {
  return {name_of(DamageCode::newer_format),
          Severity::error,
          error.offset.value_or(0),
          0,
          error.message,
          false};
}

std::unexpected<Error> interrupted(const File& file) {
  return fail(ErrorCode::interrupted, file.path(), "interrupted");
}

template <class Summary, class Check>
Result<Part<Summary>> finish(File& file, FileKind kind, const Result<Summary>& summary,
                             Check& check) {
  if (check.was_interrupted()) return interrupted(file);
  if (summary) return Part<Summary>{check.report(file.path(), *summary), *summary};
  if (summary.error().code != ErrorCode::newer_format) return std::unexpected(summary.error());
  PERSIST_TRY_ASSIGN(const FileInfo info, file.info());
  Part<Summary> part;
  part.report.path = file.path();
  part.report.kind = kind;
  part.report.bytes = info.size_bytes;
  part.report.findings = check.findings().take();
  part.report.findings.push_back(newer_format(summary.error()));
  return part;
}

bool has_error(const FileReport& report) {
  return std::ranges::any_of(
      report.findings, [](const Finding& finding) { return finding.severity == Severity::error; });
}

// Everything one verify works on.
struct Job {
  File* log = nullptr;
  File* snapshot = nullptr;
  bool is_live = false;
  bool is_whole_database = false;  // a file that is not at hand is not there
  std::optional<std::uint64_t> log_end_offset;
  const VerifyOptions& options;
};

Result<Part<SnapshotSummary>> check_snapshot(const Job& job) {
  SnapshotCheck check(job.options);
  const auto summary = read_snapshot(*job.snapshot, {job.options.progress}, check);
  return finish(*job.snapshot, FileKind::snapshot, summary, check);
}

Result<Part<LogSummary>> check_log(const Job& job, const Part<SnapshotSummary>& snapshot,
                                   LogCheck& check) {
  LogReadOptions options;
  options.end_offset = job.log_end_offset;
  options.progress = job.options.progress;
  const auto summary = read_log(*job.log, options, check);
  PERSIST_TRY_ASSIGN(Part<LogSummary> part, finish(*job.log, FileKind::log, summary, check));
  if (!snapshot.summary) return part;
  PERSIST_TRY_ASSIGN(std::vector<Finding> findings,
                     check.lineage().compare(*job.snapshot, has_error(snapshot.report)));
  std::ranges::move(findings, std::back_inserter(part.report.findings));
  return part;
}

Verdict verdict_of(std::span<const FileReport> files) {
  Verdict verdict = Verdict::clean;
  for (const FileReport& file : files) {
    for (const Finding& finding : file.findings) {
      if (finding.severity != Severity::error) continue;
      if (!finding.is_torn_tail) return Verdict::damaged;
      verdict = Verdict::torn_tail;
    }
  }
  return verdict;
}

// Findings that say nothing about what an engine does with the files.
bool leaves_forecast_alone(const Finding& finding) {
  return finding.severity == Severity::info || finding.code == "duplicate-version";
}

Result<Forecast> forecast_for(const Job& job, std::span<const FileReport> files,
                              const std::optional<LogSummary>& log,
                              const std::optional<SnapshotSummary>& snapshot,
                              std::uint64_t commits_in_the_future) {
  const bool is_sound = std::ranges::all_of(files, [](const FileReport& file) {
    return std::ranges::all_of(file.findings, leaves_forecast_alone);
  });
  if (is_sound && !job.is_live) {
    return forecast_of_sound_files(log, snapshot, commits_in_the_future);
  }
  ForecastOptions options = job.options.forecast_options;
  options.log_end_offset = job.log_end_offset;
  if (!options.should_stop) options.should_stop = job.options.should_stop;
  return forecast(job.log, job.snapshot, options);
}

// Behind the forecast: no engine minds. A log that lost commits may have lost its first or last
// ones.
void note_gaps(const Job& job, const std::optional<LogSummary>& log,
               const std::optional<SnapshotSummary>& snapshot, const LineageCheck& lineage,
               VerifyReport& report) {
  const bool is_known = job.is_whole_database && log && !(job.snapshot != nullptr && !snapshot);
  if (!is_known || report.verdict == Verdict::damaged) return;
  std::ranges::move(lineage.find_gaps(*log, job.is_live),
                    std::back_inserter(report.files.back().findings));
}

Result<VerifyReport> run(const Job& job) {
  VerifyReport report;
  report.live = job.is_live;
  Part<SnapshotSummary> snapshot;
  if (job.snapshot != nullptr) {
    PERSIST_TRY_ASSIGN(snapshot, check_snapshot(job));
    report.files.push_back(snapshot.report);
  }
  const Version now = job.options.forecast_options.now_ns != 0 ? job.options.forecast_options.now_ns
                                                               : nanoseconds_since_1970();
  LogCheck check(snapshot.summary, job.is_live, now, job.options);
  Part<LogSummary> log;
  if (job.log != nullptr) {
    PERSIST_TRY_ASSIGN(log, check_log(job, snapshot, check));
    report.files.push_back(log.report);
  }
  report.verdict = verdict_of(report.files);
  if (job.options.forecast) {
    PERSIST_TRY_ASSIGN(report.engines,
                       forecast_for(job, report.files, log.summary, snapshot.summary,
                                    check.commits_in_the_future()));
  }
  note_gaps(job, log.summary, snapshot.summary, check.lineage(), report);
  return report;
}

}  // namespace

Result<bool> is_live(FileSystem& files, const DatabaseFiles& database) {
  const std::string directory = database.directory.empty()
                                    ? platform::parent_of(database.log + database.snapshot)
                                    : database.directory;
  const auto locked = files.is_locked(directory);
  if (!locked && locked.error().code != ErrorCode::not_found) return locked;
  if (locked && *locked) return true;
  // A look at every process is most of what a short command takes. A snapshot is written under
  // another name, so it is only looked for where there is no log.
  for (const std::string& path : {database.log, database.snapshot}) {
    if (path.empty()) continue;
    const auto writers = files.writers_of(path);
    if (writers) return !writers->empty();
    if (writers.error().code != ErrorCode::not_found) return std::unexpected(writers.error());
  }
  return false;
}

// The log is opened first: a snapshot that is taken meanwhile then covers at worst what is in both.
Result<VerifyReport> verify(FileSystem& files, const DatabaseFiles& database,
                            const VerifyOptions& options) {
  Job job{nullptr, nullptr, false, false, options.log_end_offset, options};
  PERSIST_TRY_ASSIGN(job.is_live, is_live(files, database));
  PERSIST_TRY_ASSIGN(const auto log, open_if_there(files, database.log));
  PERSIST_TRY_ASSIGN(const auto snapshot, open_if_there(files, database.snapshot));
  if (!log && !snapshot) return std::unexpected(no_database(database));
  job.is_whole_database = !database.log.empty() && !database.snapshot.empty();
  job.log = log.get();
  job.snapshot = snapshot.get();
  if (log && job.is_live && !job.log_end_offset) {
    PERSIST_TRY_ASSIGN(const FileInfo info, log->info());
    job.log_end_offset = info.size_bytes;
  }
  PERSIST_TRY_ASSIGN(VerifyReport report, run(job));
  if (job.is_whole_database) {
    PERSIST_TRY(note_leftovers(files, database, options.temp_dir, report));
  }
  return report;
}

Result<VerifyReport> verify(File* log, File* snapshot, const VerifyOptions& options) {
  return run(Job{log, snapshot, false, false, options.log_end_offset, options});
}

int exit_status_of(const VerifyReport& report, bool strict) noexcept {
  if (report.verdict == Verdict::damaged) return 2;
  if (report.verdict == Verdict::torn_tail) return 1;
  const auto has_warning = [](const FileReport& file) {
    return std::ranges::any_of(file.findings, [](const Finding& finding) {
      return finding.severity == Severity::warning;
    });
  };
  return strict && std::ranges::any_of(report.files, has_warning) ? 1 : 0;
}

}  // namespace persist
