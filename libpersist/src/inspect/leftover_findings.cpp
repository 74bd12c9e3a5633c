#include "inspect/leftover_findings.hpp"

#include <algorithm>

#include "format_text.hpp"

namespace persist {
namespace {

class CommitCount final : public LogSink {
 public:
  bool on_commit(const Commit& commit) override {
    if (commit.trust != Trust::partial) {
      ++commits;
      greatest = std::max(greatest, commit.version);
    }
    return true;
  }
  bool on_damage(const Damage&) override { return true; }

  std::uint64_t commits = 0;
  Version greatest = 0;
};

Result<CommitCount> count_commits(FileSystem& files, const std::string& path) {
  PERSIST_TRY_ASSIGN(const auto file, files.open(path, OpenMode::read));
  CommitCount count;
  PERSIST_TRY(read_log(*file, {}, count));
  return count;
}

Finding finding_of(std::string_view code, Severity severity, std::string message) {
  return {code, severity, 0, 0, std::move(message), false};
}

Result<Finding> describe(FileSystem& files, const Leftover& leftover) {
  switch (leftover.kind) {
    case LeftoverKind::snapshot_temporary:
      return finding_of("leftover-snapshot", Severity::info,
                        format_text("{} is a snapshot that was never finished: persist repair says "
                                    "whether it holds anything else than snapshot and log",
                                    leftover.path));
    case LeftoverKind::log_temporary:
      return finding_of(
          "leftover-log", Severity::info,
          format_text("{} is a rewritten log that never took the old one's place", leftover.path));
    case LeftoverKind::torn_tail:
      return finding_of("torn-tail-kept", Severity::info,
                        format_text("{} keeps {} bytes that an open cut off the log's end: remove "
                                    "it once nobody misses them",
                                    leftover.path, leftover.size_bytes));
    case LeftoverKind::repair_originals:
      return finding_of(
          "repair-originals", Severity::info,
          format_text("{} holds the files as they were before a repair", leftover.path));
    case LeftoverKind::truncation_tail:
      break;
  }
  const auto count = count_commits(files, leftover.path);
  if (!count && count.error().code == ErrorCode::not_found) return std::unexpected(count.error());
  if (!count) {
    return finding_of("leftover-log-tail", Severity::warning,
                      format_text("{} cannot be read ({}): it may be the only copy of a log's end",
                                  leftover.path, count.error().message));
  }
  return finding_of(
      "leftover-log-tail", Severity::warning,
      format_text("{} holds {} commits up to version {}: it may be the only copy of a log's end",
                  leftover.path, count->commits, count->greatest));
}

}  // namespace

Result<> note_leftovers(FileSystem& files, const DatabaseFiles& database,
                        const std::string& temp_dir, VerifyReport& report) {
  PERSIST_TRY_ASSIGN(const auto leftovers, find_leftovers(files, database, temp_dir));
  for (const Leftover& leftover : leftovers) {
    auto finding = describe(files, leftover);
    // Whoever wrote it may have removed it meanwhile.
    if (!finding && finding.error().code == ErrorCode::not_found) continue;
    if (!finding) return std::unexpected(finding.error());
    const FileKind kind =
        leftover.kind == LeftoverKind::snapshot_temporary ? FileKind::snapshot : FileKind::log;
    auto file = std::ranges::find(report.files, kind, &FileReport::kind);
    if (file == report.files.end()) file = report.files.begin();
    file->findings.push_back(*std::move(finding));
  }
  return {};
}

}  // namespace persist
