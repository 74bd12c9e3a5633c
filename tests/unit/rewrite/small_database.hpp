// Small databases made commit by commit, and what they mean.
#pragma once

#include <map>
#include <persist/log_builder.hpp>
#include <persist/snapshot_writer.hpp>
#include <persist/state.hpp>
#include <string>
#include <vector>

#include "support/catch.hpp"
#include "support/temporary_directory.hpp"

namespace persist::test {

struct Change {
  std::string key;
  std::optional<std::string> value;  // none: a delete
};
struct TestCommit {
  Version version = 0;
  std::vector<Change> changes;  // keys ascending
};

inline std::string log_of(LogFormat format, const std::vector<TestCommit>& commits) {
  std::string bytes;
  LogBuilder builder(format, [&](ByteView part) -> Result<> {
    bytes.append(part);
    return {};
  });
  REQUIRE(builder.begin());
  for (const TestCommit& commit : commits) {
    std::vector<RecordView> records;
    for (const Change& change : commit.changes) {
      RecordView record{change.key, commit.version, std::nullopt};
      if (change.value) record.value = *change.value;
      records.push_back(record);
    }
    REQUIRE(builder.add(records));
  }
  return bytes;
}

inline std::string snapshot_of(std::optional<Version> covered,
                               const std::vector<TestCommit>& entries) {
  std::string bytes;
  SnapshotWriter writer({covered, Compression::none, 0}, [&](ByteView part) -> Result<> {
    bytes.append(part);
    return {};
  });
  REQUIRE(writer.begin());
  for (const TestCommit& entry : entries) {  // one key each
    const Change& change = entry.changes.front();
    VersionedValue value{entry.version, std::nullopt};
    if (change.value) value.value = *change.value;
    REQUIRE(writer.add(change.key, std::span(&value, 1)));
  }
  REQUIRE(writer.finish());
  return bytes;
}

// A directory with such files.
struct SmallDatabase {
  TemporaryDirectory directory;
  DatabaseFiles paths = database_files(directory.path(), {});

  SmallDatabase(const std::string& log, const std::string& snapshot) {
    if (!log.empty()) write_file(paths.log, log);
    if (!snapshot.empty()) write_file(paths.snapshot, snapshot);
  }
  [[nodiscard]] std::string contents() const {
    return read_file(paths.snapshot) + " and " + read_file(paths.log);
  }
  [[nodiscard]] State load(bool history = false) const {
    StateOptions options;
    options.history = history;
    auto state = State::load(posix_file_system(), paths, options);
    REQUIRE(state);
    return *std::move(state);
  }
  // "key@version=value" of every version, "-" for a delete.
  [[nodiscard]] std::vector<std::string> versions(bool history = true) const {
    std::vector<std::string> found;
    REQUIRE(load(history).for_each([&](const KeyState& key) {
      for (const VersionedValue& version : key.versions) {
        found.push_back(std::string(key.key) + "@" + std::to_string(version.version) +
                        (version.value ? "=" + std::string(*version.value) : "-"));
      }
      return true;
    }));
    return found;
  }
};

}  // namespace persist::test
