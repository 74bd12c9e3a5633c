// Verify's fold over a snapshot.
#pragma once

#include "inspect/findings.hpp"

namespace persist {

class SnapshotCheck final : public SnapshotSink {
 public:
  explicit SnapshotCheck(const VerifyOptions& options);

  bool on_entry(const SnapshotEntry& entry) override;
  bool on_damage(const Damage& damage) override;

  // After the last entry; once.
  [[nodiscard]] FileReport report(const std::string& path, const SnapshotSummary& summary);

  [[nodiscard]] FindingList& findings() noexcept { return findings_; }
  [[nodiscard]] bool was_interrupted() const noexcept { return was_interrupted_; }

 private:
  void note_form(const SnapshotSummary& summary);

  const VerifyOptions& options_;
  FindingList findings_;
  std::uint64_t entries_ = 0;
  bool was_interrupted_ = false;
};

}  // namespace persist
