#include <persist/formats/snapshot_entry.hpp>

#include "support/catch.hpp"
#include "support/real_files.hpp"

using namespace persist::formats;
using persist::ByteView;
using persist::test::read_whole_file;
using persist::test::testdata;

TEST_CASE("an entry of a young snapshot is one version and its value") {
  const std::string bytes = read_whole_file(testdata("engine-1.1/snapshot-and-log/snapshot.bin"));
  Cursor cursor(ByteView(bytes).substr(16));
  std::vector<VersionedValue> versions;
  CHECK(take_snapshot_entry(cursor, versions) == "user:000000000000");
  REQUIRE(versions.size() == 1);
  CHECK(versions[0].version == 0x36);
  CHECK(versions[0].value->starts_with("\"city\":519charlie517"));
  CHECK(versions[0].value->size() == 0x4E);
}

TEST_CASE("an entry of an old snapshot is every version of its key") {
  const std::string bytes = read_whole_file(testdata("engine-0.18/snapshot-and-log/snapshot.bin"));
  Cursor cursor(bytes);
  std::vector<VersionedValue> versions;
  CHECK(take_snapshot_entry(cursor, versions) == "user:000000000000");
  REQUIRE(versions.size() == 2);
  CHECK(versions[0].version < versions[1].version);
  CHECK(versions[0].value == "charlie226,659");
}

TEST_CASE("every entry of a real snapshot encodes to the bytes it was decoded from") {
  const std::string path = GENERATE("engine-0.18/snapshot-and-log/snapshot.bin",
                                    "engine-0.27/snapshot-and-log/snapshot.bin",
                                    "surrealdb-3.2.4/versioned-snapshot/snapshot.bin");
  const std::string bytes = read_whole_file(testdata(path));
  Cursor cursor(bytes);
  std::vector<VersionedValue> versions;
  std::string again;
  while (cursor.remaining() > 0) {
    const auto key = take_snapshot_entry(cursor, versions);
    REQUIRE(key.has_value());
    append_snapshot_entry(again, *key, versions);
  }
  CHECK(again == bytes);
}

TEST_CASE("an entry that the bytes cut short is truncated at every length") {
  const std::vector<VersionedValue> versions{{300, "old"}, {301, std::nullopt}, {70'000, "new"}};
  std::string whole;
  append_snapshot_entry(whole, "key", versions);
  std::vector<VersionedValue> decoded;
  for (std::size_t length = 0; length < whole.size(); ++length) {
    Cursor cursor(ByteView(whole).substr(0, length));
    CAPTURE(length);
    CHECK(take_snapshot_entry(cursor, decoded).error() == DecodeError::truncated);
  }
  Cursor cursor(whole);
  CHECK(take_snapshot_entry(cursor, decoded) == "key");
  CHECK(decoded == versions);
}

TEST_CASE("a count of 2^63 is truncated, not allocated") {
  std::string bytes;
  append_bytes(bytes, "key");
  append_varint(bytes, std::uint64_t{1} << 63U);
  bytes += std::string("\5\0\6\0", 4);
  Cursor cursor(bytes);
  std::vector<VersionedValue> versions;
  CHECK(take_snapshot_entry(cursor, versions).error() == DecodeError::truncated);
}

TEST_CASE("two zero bytes decode as an entry that no engine writes") {
  Cursor cursor(ByteView("\0\0", 2));
  std::vector<VersionedValue> versions{{1, "left over"}};
  CHECK(take_snapshot_entry(cursor, versions) == "");
  CHECK(versions.empty());
}
