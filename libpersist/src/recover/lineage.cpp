#include "recover/lineage.hpp"

#include <algorithm>
#include <array>

#include "inspect/log_ends.hpp"

namespace persist::recover {
namespace {

// What verify finds by holding one file against the other, and versions against each other.
constexpr std::array<std::string_view, 7> codes{
    contradiction_code, incomplete_code,     "empty-snapshot", unheld_code,
    "foreign-keys",     "duplicate-version", "version-gap"};

}  // namespace

Result<std::vector<Finding>> check_lineage(File* log, File* snapshot, const Survey& survey,
                                           const RepairOptions& options) {
  std::vector<Finding> findings;
  if (log == nullptr) return findings;
  if (survey.log) {
    const SnapshotSummary* beside = survey.snapshot ? &survey.snapshot->summary : nullptr;
    const LogSummary& summary = survey.log->summary;
    if (auto start = missing_start(summary, {true, 0}, beside)) {
      findings.push_back(*std::move(start));
    }
    if (auto end = beside != nullptr ? missing_end(summary, *beside) : std::nullopt) {
      findings.push_back(*std::move(end));
    }
  }
  VerifyOptions verify_options;
  verify_options.forecast = false;
  verify_options.progress = options.progress;
  verify_options.should_stop = options.should_stop;
  PERSIST_TRY_ASSIGN(const VerifyReport report, verify(log, snapshot, verify_options));
  for (const FileReport& file : report.files) {
    for (const Finding& finding : file.findings) {
      if (std::ranges::find(codes, finding.code) != codes.end()) findings.push_back(finding);
    }
  }
  return findings;
}

}  // namespace persist::recover
