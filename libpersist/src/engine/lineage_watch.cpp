#include "engine/lineage_watch.hpp"

#include "inspect/snapshot_comparison.hpp"

namespace persist::engine {

void LineageWatch::begin(const SnapshotSummary& snapshot) {
  if (snapshot.covered) {
    cross_check_ = cross_check_with(snapshot, CrossCheck::default_memory_bytes);
  }
}

Result<> LineageWatch::refuse_contradiction(const File& log, File& snapshot) {
  if (!cross_check_) return {};
  PERSIST_TRY_ASSIGN(const std::vector<Finding> findings,
                     compare_with_snapshot(*cross_check_, snapshot, false));
  for (const Finding& finding : findings) {
    if (finding.severity != Severity::error) continue;
    return fail_at(ErrorCode::damaged, log.path(), finding.offset, finding.message,
                   "run `persist repair` on the database");
  }
  return {};
}

}  // namespace persist::engine
