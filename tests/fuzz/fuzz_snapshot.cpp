// The reader of snapshots: entries ascend, and read back as they are when they are written anew.
#include <algorithm>
#include <persist/snapshot_writer.hpp>

#include "fuzz/check.hpp"
#include "fuzz/input.hpp"
#include "fuzz/mutator.hpp"
#include "support/string_file.hpp"

using namespace persist;
using namespace persist::fuzz;

namespace {

struct OwnedVersion {
  Version version = 0;
  std::optional<std::string> value;
  friend bool operator==(const OwnedVersion&, const OwnedVersion&) = default;
};
struct OwnedEntry {
  std::string key;
  std::vector<OwnedVersion> versions;
  friend bool operator==(const OwnedEntry&, const OwnedEntry&) = default;
};

class CheckingSink final : public SnapshotSink {
 public:
  explicit CheckingSink(std::uint64_t size_bytes) : size_bytes_(size_bytes) {}

  bool on_entry(const SnapshotEntry& entry) override {
    require(!entry.versions.empty(), "an entry has a version");
    require(entries.empty() || entries.back().key < entry.key, "keys ascend");
    require(entry.offset >= end_, "entries lie behind each other");
    end_ = entry.offset + entry.length;
    OwnedEntry owned{std::string(entry.key), {}};
    for (const VersionedValue& version : entry.versions) {
      const Version before = owned.versions.empty() ? 0 : owned.versions.back().version;
      require(version.version > before, "versions ascend from 1");
      owned.versions.push_back({version.version, std::nullopt});
      if (version.value) owned.versions.back().value = std::string(*version.value);
    }
    entries.push_back(std::move(owned));
    return true;
  }
  bool on_damage(const Damage& found) override {
    require(found.offset <= size_bytes_ && found.length <= size_bytes_ - found.offset,
            "damage lies in the file");
    ++damage;
    return true;
  }

  std::vector<OwnedEntry> entries;
  std::size_t damage = 0;

 private:
  std::uint64_t size_bytes_;
  std::uint64_t end_ = 0;
};

struct ReadSnapshot {
  std::optional<SnapshotSummary> summary;
  CheckingSink sink;
};

ReadSnapshot read(const std::string& bytes) {
  ReadSnapshot snapshot{std::nullopt, CheckingSink(bytes.size())};
  test::StringFile file(bytes);
  auto summary = read_snapshot(file, {}, snapshot.sink);
  if (summary) {
    snapshot.summary = *std::move(summary);
  } else {
    require(summary.error().code == ErrorCode::newer_format, "damage is no error");
  }
  return snapshot;
}

void write_anew(const ReadSnapshot& original, Compression compression) {
  std::string bytes;
  SnapshotWriter writer({.covered = original.summary->covered, .compression = compression},
                        [&bytes](ByteView piece) -> Result<> {
                          bytes += piece;
                          return {};
                        });
  must(writer.begin(), "a snapshot begins");
  for (const OwnedEntry& entry : original.sink.entries) {
    std::vector<VersionedValue> versions;
    for (const OwnedVersion& each : entry.versions) {
      versions.push_back({each.version, std::nullopt});
      if (each.value) versions.back().value = *each.value;
    }
    must(writer.add(entry.key, versions), "an entry is written");
  }
  must(writer.finish(), "a snapshot ends");
  const ReadSnapshot again = read(bytes);
  require(again.summary && again.summary->is_complete && again.sink.damage == 0,
          "a snapshot that was written has no damage");
  require(again.sink.entries == original.sink.entries, "a snapshot has the entries written to it");
  require(again.summary->covered == original.summary->covered, "what is covered comes back");
}

}  // namespace

extern "C" std::size_t LLVMFuzzerCustomMutator(std::uint8_t* data, std::size_t size,
                                               std::size_t max_size, unsigned seed) {
  Random random(seed);
  const ByteView snapshot = view_of(data, size);
  const std::string out = below(3, random) == 0 ? mutate_bytes(std::string(snapshot), max_size)
                                                : mutate_snapshot(snapshot, max_size, random);
  std::copy_n(out.data(), out.size(), reinterpret_cast<char*>(data));
  return out.size();
}

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const ReadSnapshot snapshot = read(std::string(view_of(data, size)));
  if (!snapshot.summary) return 0;
  require(snapshot.summary->entries == snapshot.sink.entries.size(), "entries are counted");
  require(snapshot.summary->is_complete == (snapshot.sink.damage == 0), "damage is said");
  write_anew(snapshot, Compression::none);
  write_anew(snapshot, Compression::lz4);
  return 0;
}
