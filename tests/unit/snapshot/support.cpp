#include "unit/snapshot/support.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <filesystem>

#include "support/catch.hpp"
#include "support/string_file.hpp"
#include "support/temporary_directory.hpp"

namespace persist::test {
namespace {

class Keeper final : public SnapshotSink {
 public:
  explicit Keeper(ReadBack& into) : into_(into) {}
  bool on_entry(const SnapshotEntry& entry) override {
    KeptEntry kept{std::string(entry.key), {}, entry.offset, entry.length, entry.uncertain};
    for (const VersionedValue& item : entry.versions) {
      kept.versions.push_back({item.version, std::nullopt});
      if (item.value) kept.versions.back().value = std::string(*item.value);
    }
    into_.entries.push_back(std::move(kept));
    return true;
  }
  bool on_damage(const Damage& damage) override {
    into_.damage.push_back(damage);
    return true;
  }

 private:
  ReadBack& into_;
};

}  // namespace

std::vector<DamageCode> ReadBack::codes() const {
  std::vector<DamageCode> codes;
  for (const Damage& each : damage) codes.push_back(each.code);
  return codes;
}

Result<SnapshotSummary> read_with(std::string bytes, SnapshotSink& sink) {
  StringFile file(std::move(bytes));
  return read_snapshot(file, {}, sink);
}

ReadBack read_back(std::string bytes) {
  ReadBack result;
  Keeper keeper(result);
  const auto summary = read_with(std::move(bytes), keeper);
  REQUIRE(summary.has_value());
  result.summary = *summary;
  return result;
}

std::string entry_bytes(std::string_view key, Version version, std::string_view value) {
  std::string out;
  const VersionedValue item{version, value};
  formats::append_snapshot_entry(out, key, {&item, 1});
  return out;
}

MadeSnapshot make_snapshot(std::size_t entries, std::size_t value_length_bytes) {
  MadeSnapshot made;
  for (std::size_t i = 0; i < entries; ++i) {
    std::string value = fmt::format("{{\"name\":\"value {}\",\"more\":\"", i * 7919);
    while (value.size() < value_length_bytes) value += "abcdefghij klmnop";
    KeptEntry entry{fmt::format("user:{:012}", i), {{i % 200 + 1, value}}, 0, 0, false};
    entry.offset = made.bytes.size();
    made.bytes += entry_bytes(entry.key, entry.versions[0].version, value);
    entry.length = made.bytes.size() - entry.offset;
    made.entries.push_back(std::move(entry));
  }
  return made;
}

std::string header_bytes(Version covered) {
  std::string out;
  formats::append_snapshot_header(out, {covered});
  return out;
}

std::vector<std::string> real_snapshots() {
  std::vector<std::string> paths;
  const std::filesystem::path root(PERSIST_TESTDATA_DIR);
  for (const auto& entry : std::filesystem::recursive_directory_iterator(root)) {
    const std::string path = entry.path().lexically_relative(root).string();
    if (entry.path().filename() == "snapshot.bin" && !path.starts_with("damaged/")) {
      paths.push_back(path);
    }
  }
  std::ranges::sort(paths);
  return paths;
}

std::string read_testdata(const std::string& path) {
  return read_file(std::string(PERSIST_TESTDATA_DIR) + "/" + path);
}

std::vector<KeptEntry> not_in(const std::vector<KeptEntry>& some,
                              const std::vector<KeptEntry>& all) {
  std::vector<KeptEntry> strangers;
  for (const KeptEntry& entry : some) {
    if (std::ranges::find(all, entry) == all.end()) strangers.push_back(entry);
  }
  return strangers;
}

}  // namespace persist::test
