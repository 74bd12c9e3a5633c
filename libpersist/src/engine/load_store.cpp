#include "engine/load_store.hpp"

namespace persist::engine {

bool keeps_history(const Options& options) noexcept {
  return options.history_versions > 0 || snapshot_holds_history(options.release_line);
}

Version history_begins_at(const StateSummary& summary) noexcept {
  if (!summary.snapshot || summary.snapshot->size_bytes == 0) return 0;
  const SnapshotSummary& snapshot = *summary.snapshot;
  if (snapshot.covered) return *snapshot.covered;
  if (snapshot.holds_history) return 0;
  // It does not say where it was cut, and what it had deleted last it shows nowhere: the log goes
  // on behind the cut, unless it still has what the snapshot holds.
  const bool log_goes_on =
      summary.log && summary.log->commits > 0 && summary.log->min_version > snapshot.max_version;
  return log_goes_on ? summary.log->min_version - 1 : summary.max_version;
}

Result<> load_store(const State& state, OrderedStore& store, ChangeLog& changes) {
  bool has_memory = true;
  PERSIST_TRY(state.for_each([&](const KeyState& key) {
    OwnedNode node = store.make_node(key.key);
    for (const formats::VersionedValue& value : key.versions) {
      OwnedVersion version = ValueVersion::create(value.value);
      has_memory = node != nullptr && version != nullptr;
      if (!has_memory) return false;
      version->version = value.version;
      version->older.store(node->newest.load(std::memory_order_relaxed), std::memory_order_relaxed);
      node->newest.store(version.release(), std::memory_order_relaxed);
    }
    changes.add_loaded(store.insert(std::move(node)));
    return true;
  }));
  changes.finish_loading();
  if (!has_memory) return fail(ErrorCode::no_memory, {}, "there is no memory to hold the database");
  return {};
}

}  // namespace persist::engine
