#include "recover/lineage.hpp"

#include <algorithm>
#include <array>

#include "inspect/log_start.hpp"

namespace persist::recover {
namespace {

// What verify finds by holding one file against the other, and versions against each other.
constexpr std::array<std::string_view, 6> codes{contradiction_code,  incomplete_code,
                                                "empty-snapshot",    "not-in-snapshot",
                                                "duplicate-version", "version-gap"};

}  // namespace

Result<std::vector<Finding>> check_lineage(File* log, File* snapshot, const Survey& survey,
                                           const RepairOptions& options) {
  std::vector<Finding> findings;
  if (log == nullptr) return findings;
  if (survey.log) {
    const SnapshotSummary* beside = survey.snapshot ? &survey.snapshot->summary : nullptr;
    if (auto missing = missing_start(survey.log->summary, true, beside)) {
      findings.push_back(*std::move(missing));
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
