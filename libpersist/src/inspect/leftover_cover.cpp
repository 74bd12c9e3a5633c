#include "inspect/leftover_cover.hpp"

#include <algorithm>

namespace persist {
namespace {

Result<std::optional<Version>> newest_version(const State& database, ByteView key) {
  std::optional<Version> newest;
  const std::string behind = std::string(key) + '\0';
  PERSIST_TRY(database.for_each({key, behind}, [&](const KeyState& found) {
    newest = found.versions.back().version;
    return true;
  }));
  return newest;
}

Result<bool> knows(const State& database, const KeyState& key) {
  const VersionedValue& newest = key.versions.back();
  PERSIST_TRY_ASSIGN(const auto known, newest_version(database, key.key));
  if (known) return *known >= newest.version;
  if (!newest.value) return true;
  const auto& snapshot = database.summary().snapshot;
  return snapshot && snapshot->is_complete && newest.version <= snapshot->covered.value_or(0);
}

Result<std::uint64_t> count_unknown(const State& database, const State& leftover) {
  std::uint64_t keys = 0;
  Result<> status;
  PERSIST_TRY(leftover.for_each([&](const KeyState& key) {
    const auto is_known = knows(database, key);
    if (!is_known) status = std::unexpected(is_known.error());
    if (is_known && !*is_known) ++keys;
    return is_known.has_value();
  }));
  PERSIST_TRY(status);
  if (leftover.summary().max_version > database.summary().max_version) {
    keys = std::max<std::uint64_t>(keys, 1);
  }
  return keys;
}

Result<State> load_alone(FileSystem& files, const Leftover& leftover, const StateOptions& options) {
  PERSIST_TRY_ASSIGN(const auto file, files.open(leftover.path, OpenMode::read));
  return leftover.is_log ? State::load(files, file.get(), nullptr, options)
                         : State::load(files, nullptr, file.get(), options);
}

bool is_empty(const StateSummary& leftover) {
  const bool has_commits = leftover.log && leftover.log->commits > 0;
  const bool has_entries = leftover.snapshot && leftover.snapshot->entries > 0;
  return !has_commits && !has_entries;
}

}  // namespace

Result<std::uint64_t> count_keys_nowhere_else(FileSystem& files, const Leftover& leftover,
                                              const DatabaseFiles& database, StateOptions options) {
  if (!leftover.is_log && leftover.kind != LeftoverKind::snapshot_temporary) return 0;
  options.history = true;         // deletes count, which no other state shows
  options.max_memory_bytes /= 2;  // of two states
  PERSIST_TRY_ASSIGN(const State left, load_alone(files, leftover, options));
  if (is_empty(left.summary())) return 0;
  PERSIST_TRY_ASSIGN(const State state, State::load(files, database, options));
  return count_unknown(state, left);
}

bool is_covered(FileSystem& files, const Leftover& leftover, const DatabaseFiles& database,
                const StateOptions& options) {
  const auto unknown = count_keys_nowhere_else(files, leftover, database, options);
  return unknown && *unknown == 0;
}

}  // namespace persist
