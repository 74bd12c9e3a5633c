#include <filesystem>
#include <persist/compact.hpp>
#include <persist/info.hpp>
#include <persist/log_builder.hpp>

#include "info/key_groups.hpp"
#include "support/catch.hpp"
#include "support/noise.hpp"
#include "support/real_files.hpp"
#include "support/temporary_directory.hpp"

namespace persist {
namespace {

InfoReport info_of(const std::string& directory) {
  FileSystem& files = posix_file_system();
  const DatabaseFiles database = database_files(directory, {});
  const auto log = files.open(database.log, OpenMode::read);
  const auto snapshot = files.open(database.snapshot, OpenMode::read);
  SourceFiles source;
  if (log) source.log = log->get();
  if (snapshot) source.snapshot = snapshot->get();
  const auto state = State::load(files, source.log, source.snapshot, {});
  REQUIRE(state.has_value());
  auto report = info(files, source, *state, {});
  REQUIRE(report.has_value());
  return *std::move(report);
}

std::uint64_t total_of(const KeyGroups& groups) {
  std::uint64_t keys = groups.other.keys;
  for (const KeyGroup& group : groups.largest) keys += group.keys;
  return keys;
}

TEST_CASE("info counts the live keys that the engine reads back") {
  for (const char* name : {"engine-0.18/log", "engine-0.27/snapshot-and-log",
                           "engine-1.0/upgraded-from-0.27", "engine-1.1/snapshot-lz4-and-log"}) {
    INFO(name);
    const InfoReport report = info_of(test::testdata(name));
    const auto rows = test::read_rows(test::testdata(std::string(name) + "/expected.ndjson"));
    CHECK(report.live_keys == rows.size());
    CHECK(total_of(report.prefixes) == rows.size());
  }
}

TEST_CASE("info tells the line that wrote the files") {
  CHECK(info_of(test::testdata("engine-0.18/log")).line == ReleaseLine::v0_18);
  CHECK(info_of(test::testdata("engine-0.27/log")).line == ReleaseLine::v0_27);
  CHECK(info_of(test::testdata("engine-1.0/log")).line == ReleaseLine::v1_0);
  CHECK(info_of(test::testdata("engine-1.1/log")).line == ReleaseLine::v1_1);
}

TEST_CASE("what a compaction would free is what it frees") {
  for (const char* name :
       {"engine-0.18/log", "engine-0.27/snapshot-and-log", "engine-1.1/log-binary-keys",
        "surrealdb-3.0.2/snapshot", "surrealdb-3.0.2/versioned-snapshot"}) {
    INFO(name);
    const test::TemporaryDirectory directory;
    std::filesystem::copy(test::testdata(name), directory.path());
    const InfoReport before = info_of(directory.path());
    const auto compacted =
        compact(posix_file_system(), database_files(directory.path(), {}), CompactOptions{});
    REQUIRE(compacted.has_value());
    CHECK(before.compacted.total() == compacted->after.total());
    CHECK(before.freed_by_compaction_bytes == compacted->before.total() - compacted->after.total());
  }
}

// Values of 64 KiB, of which the first compress badly and the last ones well.
std::string log_of_mixed_values(std::size_t values) {
  std::string bytes;
  LogBuilder log(LogFormat::framed_2, [&](ByteView part) -> Result<> {
    bytes.append(part);
    return {};
  });
  REQUIRE(log.begin());
  const std::string noise = test::noise(64 << 10);
  for (std::size_t i = 0; i < values; ++i) {
    std::string value = noise;
    value.resize(noise.size() * (values - i) / values);
    value.resize(noise.size(), 'x');
    std::string key = std::to_string(100'000 + i);
    const RecordView record{key, i + 1, value};
    REQUIRE(log.add({&record, 1}));
  }
  return bytes;
}

TEST_CASE("what a compaction would free of much is estimated well") {
  const test::TemporaryDirectory directory;
  test::write_file(directory / "aol.bin", log_of_mixed_values(1'600));
  const InfoReport before = info_of(directory.path());
  REQUIRE(before.live_bytes > 100'000'000);
  const auto compacted =
      compact(posix_file_system(), database_files(directory.path(), {}), CompactOptions{});
  REQUIRE(compacted.has_value());
  const auto real = static_cast<double>(compacted->after.total());
  CHECK(static_cast<double>(before.compacted.total()) == Approx(real).epsilon(0.05));
}

TEST_CASE("SurrealDB's tables are named") {
  const InfoReport report = info_of(test::testdata("surrealdb-3.2.4/sync"));
  REQUIRE(!report.tables.largest.empty());
  CHECK(report.tables.largest.front().name.find('/') != std::string::npos);
}

TEST_CASE("keys of one kind are told apart further in") {
  PrefixGroups groups(4);
  for (const char* key : {"app:order:1", "app:order:2", "app:user:1"}) groups.add(key, 10);
  const KeyGroups found = groups.finish();
  REQUIRE(found.largest.size() == 2);
  CHECK(found.largest[0].name == "app:order:");
  CHECK(found.largest[0].keys == 2);
  CHECK(found.largest[1].name == "app:user:");
}

TEST_CASE("a short prefix between longer ones is one group") {
  PrefixGroups groups(8);
  for (const char* key : {"/a/1", "/a/2", "/b", "/c/1", "/d"}) groups.add(key, 10);
  const KeyGroups found = groups.finish();
  REQUIRE(found.largest.size() == 3);
  std::uint64_t short_ones = 0;
  for (const KeyGroup& group : found.largest) {
    if (group.name == "/") short_ones += group.keys;
  }
  CHECK(short_ones == 2);
}

TEST_CASE("small groups are summed up") {
  GroupRanking groups(2);
  groups.add("a", 5);
  groups.add("b", 1);
  groups.add("c", 3);
  groups.add("d", 2);
  const KeyGroups found = groups.finish();
  REQUIRE(found.largest.size() == 2);
  CHECK(found.largest[0].name == "a");
  CHECK(found.largest[1].name == "c");
  CHECK(found.other_groups == 2);
  CHECK(found.other.bytes == 3);
}

}  // namespace
}  // namespace persist
