#include "recover/lineage.hpp"

#include <algorithm>
#include <array>

#include "format_text.hpp"

namespace persist::recover {
namespace {

// What verify finds by holding one file against the other, and versions against each other.
constexpr std::array<std::string_view, 6> codes{contradiction_code,  incomplete_code,
                                                "empty-snapshot",    "not-in-snapshot",
                                                "duplicate-version", "version-gap"};

// Counters start at 1: a log that starts later was cut by a snapshot, which must be somewhere.
std::optional<Finding> missing_snapshot(const Survey& survey) {
  const bool has_snapshot = survey.snapshot && survey.snapshot->summary.size_bytes > 0;
  if (has_snapshot || !survey.log || survey.log->summary.commits == 0) return std::nullopt;
  const Version first = survey.log->summary.min_version;
  if (first <= 1 || is_clock_version(first)) return std::nullopt;
  return Finding{"snapshot-missing",
                 Severity::warning,
                 0,
                 0,
                 format_text("the log starts at version {} and there is no snapshot: commits 1 to "
                             "{} are nowhere, or the snapshot is under another path",
                             first, first - 1),
                 false};
}

}  // namespace

Result<std::vector<Finding>> check_lineage(File* log, File* snapshot, const Survey& survey,
                                           const RepairOptions& options) {
  std::vector<Finding> findings;
  if (auto missing = missing_snapshot(survey)) findings.push_back(*std::move(missing));
  if (log == nullptr) return findings;
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
