// Whether a snapshot can be of the log that lies beside it. A headed one hides the commits up to
// the version it covers: of another database, or put back from a backup, it hides what it does not
// hold, and the next snapshot would make that final.
#pragma once

#include <optional>
#include <persist/file_system.hpp>

#include "inspect/cross_check.hpp"

namespace persist::engine {

class LineageWatch {
 public:
  // Of the snapshot, before the log is read. One without a header hides nothing.
  void begin(const SnapshotSummary& snapshot);
  void add(const Commit& commit) {
    if (cross_check_) cross_check_->add(commit);
  }
  // Reads the snapshot once more, but only when the log holds commits that it covers. Error
  // `damaged` where `verify` has proof.
  [[nodiscard]] Result<> refuse_contradiction(const File& log, File& snapshot);

 private:
  std::optional<CrossCheck> cross_check_;
};

}  // namespace persist::engine
