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
  return persist::refuse_contradiction(*cross_check_, log.path(), snapshot,
                                       "run `persist repair` on the database");
}

}  // namespace persist::engine
