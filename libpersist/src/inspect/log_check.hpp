// Verify's fold over a log.
#pragma once

#include <persist/lineage.hpp>

#include "inspect/commit_map.hpp"
#include "inspect/findings.hpp"
#include "inspect/version_census.hpp"

namespace persist {

class LogCheck final : public LogSink {
 public:
  // `snapshot`: of the one beside it. `is_live`: an unfinished end is no finding.
  LogCheck(const std::optional<SnapshotSummary>& snapshot, bool is_live, Version now,
           const VerifyOptions& options);

  bool on_commit(const Commit& commit) override;
  bool on_damage(const Damage& damage) override;

  // After the last commit; once.
  [[nodiscard]] FileReport report(const std::string& path, const LogSummary& summary);

  [[nodiscard]] FindingList& findings() noexcept { return findings_; }
  [[nodiscard]] LineageCheck& lineage() noexcept { return lineage_; }
  [[nodiscard]] std::uint64_t commits_in_the_future() const noexcept { return in_the_future_; }
  [[nodiscard]] bool was_interrupted() const noexcept { return was_interrupted_; }

 private:
  void note_trust(const Commit& commit);
  void note_version(const Commit& commit);
  void note_holes();

  bool is_live_;
  Version now_;
  std::optional<SnapshotSummary> snapshot_;
  const VerifyOptions& options_;
  FindingList findings_;
  VersionCensus census_;
  CommitMapper map_;
  LineageCheck lineage_;
  std::uint64_t commits_ = 0;
  std::uint64_t in_the_future_ = 0;
  bool was_interrupted_ = false;
};

}  // namespace persist
