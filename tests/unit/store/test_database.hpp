// A database directory written for one test, and what State says about it.
#pragma once

#include <persist/log_builder.hpp>
#include <persist/state.hpp>

#include "support/catch.hpp"
#include "support/temporary_directory.hpp"
#include "unit/store/random_records.hpp"

namespace persist::test {

// One commit: its records have one version, keys ascending.
using OwnedCommit = std::vector<OwnedRecord>;

class TestDatabase {
 public:
  void write_log(LogFormat format, const std::vector<OwnedCommit>& commits) const {
    std::string bytes;
    LogBuilder builder(format, [&bytes](ByteView piece) -> Result<> {
      bytes.append(piece);
      return {};
    });
    REQUIRE(builder.begin());
    for (const OwnedCommit& commit : commits) {
      std::vector<RecordView> records;
      for (const OwnedRecord& record : commit) records.push_back(record.view());
      REQUIRE(builder.add(records));
    }
    write_file(files().log, bytes);
  }

  void write_snapshot(std::optional<Version> covered, const Model::Keys& keys) const {
    std::string bytes;
    if (covered) formats::append_snapshot_header(bytes, {*covered});
    for (const auto& [key, versions] : keys) {
      std::vector<VersionedValue> views;
      for (const auto& [version, value] : versions) {
        views.push_back({version, value ? std::optional<ByteView>(*value) : std::nullopt});
      }
      formats::append_snapshot_entry(bytes, key, views);
    }
    write_file(files().snapshot, bytes);
  }

  [[nodiscard]] DatabaseFiles files() const { return database_files(directory_.path(), {}); }
  [[nodiscard]] const TemporaryDirectory& directory() const noexcept { return directory_; }

  [[nodiscard]] Result<State> try_load(const StateOptions& options = {}) const {
    return State::load(posix_file_system(), files(), options);
  }
  [[nodiscard]] State load(const StateOptions& options = {}) const {
    auto state = try_load(options);
    if (!state) FAIL(state.error().to_string());
    return *std::move(state);
  }

 private:
  TemporaryDirectory directory_;
};

[[nodiscard]] inline Model::Keys keys_of(const State& state, const KeyRange& range = {}) {
  Model::Keys keys;
  const auto visited = state.for_each(range, [&](const KeyState& found) {
    auto& versions = keys[std::string(found.key)];
    for (const VersionedValue& version : found.versions) {
      auto& value = versions[version.version];
      if (version.value) value = *version.value;
    }
    return true;
  });
  CHECK(visited);
  return keys;
}

}  // namespace persist::test
