#include <persist/formats/lz4_frame.hpp>
#include <persist/snapshot_writer.hpp>

#include "support/catch.hpp"
#include "unit/snapshot/support.hpp"

using namespace persist;
using namespace persist::test;

namespace {

Result<> write_entries(SnapshotWriter& writer, const std::vector<KeptEntry>& entries) {
  PERSIST_TRY(writer.begin());
  for (const KeptEntry& entry : entries) {
    std::vector<VersionedValue> versions;
    for (const KeptVersion& item : entry.versions) {
      versions.push_back({item.version, std::nullopt});
      if (item.value) versions.back().value = *item.value;
    }
    PERSIST_TRY(writer.add(entry.key, versions));
  }
  return writer.finish();
}

std::string written(const SnapshotWriteOptions& options, const std::vector<KeptEntry>& entries) {
  std::string out;
  SnapshotWriter writer(options, [&](ByteView bytes) -> Result<> {
    out += bytes;
    return {};
  });
  REQUIRE(write_entries(writer, entries).has_value());
  CHECK(writer.entries() == entries.size());
  CHECK(writer.size_bytes() == out.size());
  return out;
}

SnapshotWriteOptions lz4() {
  SnapshotWriteOptions options;
  options.compression = Compression::lz4;
  return options;
}

}  // namespace

TEST_CASE("an uncompressed snapshot is written as the engine wrote it") {
  for (const std::string& path : real_snapshots()) {
    CAPTURE(path);
    const std::string bytes = read_testdata(path);
    const ReadBack read = read_back(bytes);
    if (read.summary.compression == Compression::lz4) continue;
    SnapshotWriteOptions options;
    options.covered = read.summary.covered;
    CHECK(written(options, read.entries) == bytes);
  }
}

TEST_CASE("a compressed snapshot reads back as what was written, whatever its size") {
  const std::size_t count = GENERATE(0, 1, 2, 100, 60'000);
  const MadeSnapshot made = make_snapshot(count);
  SnapshotWriteOptions options = lz4();
  options.covered = 200;
  const ReadBack read = read_back(written(options, made.entries));
  CHECK(read.damage.empty());
  CHECK(read.summary.lz4_ended);
  CHECK(read.summary.covered == 200U);
  CHECK((read.entries == made.entries));
}

TEST_CASE("an entry of many blocks is written and read back") {
  std::vector<KeptEntry> entries = make_snapshot(3).entries;
  entries[1].versions[0].value = std::string(5'000'000, 'x');
  entries[1].versions[0].value->replace(3'000'000, 26, "abcdefghijklmnopqrstuvwxyz");
  CHECK((read_back(written(lz4(), entries)).entries == entries));
  CHECK((read_back(written({}, entries)).entries == entries));
}

TEST_CASE("every level of LZ4 writes what can be read") {
  SnapshotWriteOptions options = lz4();
  options.level = GENERATE(range(0, 13));
  const MadeSnapshot made = make_snapshot(2'000);
  CHECK((read_back(written(options, made.entries)).entries == made.entries));
}

TEST_CASE("contents that do not compress are stored") {
  std::vector<KeptEntry> entries = make_snapshot(1).entries;
  std::string noise;
  std::uint64_t state = 1;
  for (int i = 0; i < 100'000; ++i) {
    state = state * 6364136223846793005U + 1442695040888963407U;
    noise += static_cast<char>(state >> 56U);
  }
  entries[0].versions[0].value = noise;
  const std::string bytes = written(lz4(), entries);
  CHECK(bytes.size() < noise.size() + 100);
  CHECK((read_back(bytes).entries == entries));
}

TEST_CASE("blocks begin with an entry, so that a damaged block costs no entry of another") {
  const MadeSnapshot made = make_snapshot(60'000);
  const std::string bytes = written(lz4(), made.entries);
  REQUIRE(made.bytes.size() > 3U << 20U);
  std::string damaged = bytes;
  damaged[bytes.size() / 2] = static_cast<char>(damaged[bytes.size() / 2] ^ 1);
  damaged[bytes.size() / 2 + 9] = static_cast<char>(damaged[bytes.size() / 2 + 9] ^ 1);
  const ReadBack read = read_back(damaged);
  REQUIRE(read.damage.size() == 1);
  CHECK(read.damage[0].code == DamageCode::damaged_block);
  CHECK(not_in(read.entries, made.entries).empty());
  const std::size_t most_in_a_block = (std::size_t{1} << 20U) / made.entries[0].length + 1;
  CHECK(made.entries.size() - read.entries.size() <= most_in_a_block);
}

TEST_CASE("a first key that would make the snapshot look like LZ4 is only written compressed") {
  std::vector<KeptEntry> entries = make_snapshot(2).entries;
  entries[0].key = "\x22\x4D\x18!";
  CHECK(written({}, entries) == written(lz4(), entries));
  CHECK((read_back(written({}, entries)).entries == entries));
}

TEST_CASE("keys that do not ascend are refused") {
  std::vector<KeptEntry> entries = make_snapshot(2).entries;
  entries[1].key = entries[0].key;
  SnapshotWriter writer({}, [](ByteView) -> Result<> { return {}; });
  const auto refused = write_entries(writer, entries);
  REQUIRE_FALSE(refused.has_value());
  CHECK(refused.error().code == ErrorCode::invalid_argument);
}

TEST_CASE("an output that fails makes writing fail") {
  const MadeSnapshot made = make_snapshot(60'000);
  for (const SnapshotWriteOptions& options : {SnapshotWriteOptions{}, lz4()}) {
    SnapshotWriter writer(options, [](ByteView) -> Result<> {
      return fail(ErrorCode::no_space, "there", "the disk is full");
    });
    const auto failed = write_entries(writer, made.entries);
    REQUIRE_FALSE(failed.has_value());
    CHECK(failed.error().code == ErrorCode::no_space);
  }
}
