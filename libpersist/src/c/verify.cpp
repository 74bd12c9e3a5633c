#include <nlohmann/json.hpp>
#include <persist/verify.hpp>

#include "c/arguments.hpp"
#include "c/progress.hpp"
#include "c/text.hpp"
#include "json/verify_json.hpp"

namespace persist::c {
namespace {

persist_verify_summary summary_of(const VerifyReport& report) {
  persist_verify_summary summary{};
  switch (report.verdict) {
    case Verdict::clean:
      summary.verdict = PERSIST_VERDICT_CLEAN;
      break;
    case Verdict::torn_tail:
      summary.verdict = PERSIST_VERDICT_TORN_TAIL;
      break;
    case Verdict::damaged:
      summary.verdict = PERSIST_VERDICT_DAMAGED;
      break;
  }
  summary.live = report.live ? 1 : 0;
  for (const FileReport& file : report.files) {
    summary.bytes += file.bytes;
    summary.commits += file.commits;
    summary.records += file.kind == FileKind::log ? file.records : 0;
    for (const Finding& finding : file.findings) {
      summary.errors += finding.severity == Severity::error ? 1 : 0;
      summary.warnings += finding.severity == Severity::warning ? 1 : 0;
    }
  }
  return summary;
}

Result<VerifyReport> verify_directory(const char* directory, const persist_verify_options& given) {
  Progress progress(given.progress, given.context);
  PERSIST_TRY(progress.start());
  VerifyOptions options;
  options.forecast = given.skip_forecast == 0;
  options.temp_dir = text_or_empty(given.temp_dir);
  options.progress = progress.bytes();
  options.should_stop = progress.should_stop();
  const DatabaseFiles files = database_files(
      directory, {text_or_empty(given.log_path), text_or_empty(given.snapshot_path)});
  return verify(posix_file_system(), files, options);
}

}  // namespace
}  // namespace persist::c

using namespace persist;
using namespace persist::c;

persist_code persist_verify(const char* directory, const persist_verify_options* options,
                            persist_verify_summary* summary, char** json, persist_error** error) {
  const TextResult text(json);
  return guarded(error, [&]() -> Result<> {
    PERSIST_TRY(require(directory, "directory"));
    if (summary != nullptr) {
      PERSIST_TRY(check_size(*summary, "summary"));
      fill_result(*summary, persist_verify_summary{});
    }
    PERSIST_TRY_ASSIGN(const auto known, read_options(options, "options"));
    PERSIST_TRY_ASSIGN(const VerifyReport report, verify_directory(directory, known));
    if (text.is_wanted()) text.set(json::text_of(json::verify_json(directory, report)));
    if (summary != nullptr) fill_result(*summary, summary_of(report));
    return {};
  });
}
