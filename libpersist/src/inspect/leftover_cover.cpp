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

Result<bool> knows_all(const State& database, const State& leftover) {
  if (leftover.summary().max_version > database.summary().max_version) return false;
  Result<bool> all = true;
  PERSIST_TRY(leftover.for_each([&](const KeyState& key) {
    all = knows(database, key);
    return all.value_or(false);
  }));
  return all;
}

Result<State> load_log(FileSystem& files, const std::string& path, const StateOptions& options) {
  PERSIST_TRY_ASSIGN(const auto file, files.open(path, OpenMode::read));
  return State::load(files, file.get(), nullptr, options);
}

Result<bool> check(FileSystem& files, const std::string& path, const DatabaseFiles& paths,
                   const StateOptions& options) {
  PERSIST_TRY_ASSIGN(const State leftover, load_log(files, path, options));
  const auto& log = leftover.summary().log;
  if (!log || log->commits == 0) return true;
  PERSIST_TRY_ASSIGN(const State database, State::load(files, paths, options));
  return knows_all(database, leftover);
}

}  // namespace

bool is_covered(FileSystem& files, const std::string& leftover, const DatabaseFiles& database,
                StateOptions options) {
  options.history = true;         // deletes count, which no other state shows
  options.max_memory_bytes /= 2;  // of two states
  return check(files, leftover, database, options).value_or(false);
}

}  // namespace persist
