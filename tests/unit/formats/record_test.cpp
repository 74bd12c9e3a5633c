#include <persist/formats/record.hpp>

#include "support/catch.hpp"
#include "support/real_files.hpp"

using namespace persist::formats;
using persist::ByteView;
using persist::test::read_whole_file;
using persist::test::testdata;

namespace {

std::string encode(const std::vector<RecordView>& records) {
  std::string out;
  for (const RecordView& record : records) append_record(out, record);
  return out;
}

}  // namespace

TEST_CASE("a record is key, version and value, as the engine laid it down") {
  const std::string log = read_whole_file(testdata("engine-0.27/log/aol.bin"));
  Cursor cursor(log);
  const auto set = take_record(cursor);
  REQUIRE(set.has_value());
  CHECK(set->key == "user:000000000055");
  CHECK(set->version == 1);
  REQUIRE(set->value.has_value());
  CHECK(set->value->starts_with("{\"name\":186foxtrot31bravo301"));
  CHECK(cursor.position() == 82);
  const auto deleted = take_record(cursor);
  REQUIRE(deleted.has_value());
  CHECK(*deleted == RecordView{"user:000000000032", 2, std::nullopt});
  CHECK(cursor.position() == 102);
}

TEST_CASE("every record of a real legacy log encodes to the bytes it was decoded from") {
  const std::string path = GENERATE("engine-0.18/log/aol.bin", "engine-0.27/log/aol.bin",
                                    "engine-0.27/log-binary-keys/aol.bin");
  const std::string log = read_whole_file(testdata(path));
  Cursor cursor(log);
  std::string again;
  while (cursor.remaining() > 0) {
    const auto record = take_record(cursor);
    REQUIRE(record.has_value());
    const std::size_t before = again.size();
    append_record(again, *record);
    REQUIRE(record_length_bytes(*record) == again.size() - before);
  }
  CHECK(again == log);
}

TEST_CASE("a record that the bytes cut short is truncated at every length") {
  const std::string whole = encode({{"key", 300, "value"}});
  for (std::size_t length = 0; length < whole.size(); ++length) {
    Cursor cursor(ByteView(whole).substr(0, length));
    CAPTURE(length);
    CHECK(take_record(cursor).error() == DecodeError::truncated);
  }
}

TEST_CASE("a tag other than 0 and 1 is no record, whatever follows") {
  std::string bytes = encode({{"key", 7, std::nullopt}});
  bytes.back() = '\2';
  Cursor cursor(bytes);
  CHECK(take_record(cursor).error() == DecodeError::bad_option_tag);
}

TEST_CASE("three zero bytes decode as a record that no engine writes") {
  Cursor cursor(ByteView("\0\0\0", 3));
  CHECK(take_record(cursor) == RecordView{"", 0, std::nullopt});
}

TEST_CASE("a payload is whole only when it is one version's records in order, to the last byte") {
  std::vector<RecordView> records;
  CHECK(decode_payload(encode({{"", 7, "v"}, {"a", 7, std::nullopt}, {"b", 7, ""}}), records));
  CHECK(records.size() == 3);
  const auto [bytes, error] = GENERATE(table<std::string, DecodeError>({
      {"", DecodeError::bad_length},
      {encode({{"a", 0, "v"}}), DecodeError::bad_version},
      {encode({{"a", 7, "v"}, {"b", 8, "v"}}), DecodeError::bad_version},
      {encode({{"b", 7, "v"}, {"a", 7, "v"}}), DecodeError::bad_order},
      {encode({{"a", 7, "v"}, {"a", 7, "v"}}), DecodeError::bad_order},
      {encode({{"a", 7, "v"}}) + "\1", DecodeError::truncated},
      {encode({{"a", 7, "v"}}) + "\xFF", DecodeError::reserved_varint},
  }));
  CHECK(decode_payload(bytes, records).error() == error);
}

TEST_CASE("a key of 2^63 bytes is truncated, not allocated") {
  std::string bytes;
  append_varint(bytes, std::uint64_t{1} << 63U);
  bytes += "abc";
  Cursor cursor(bytes);
  CHECK(take_record(cursor).error() == DecodeError::truncated);
}
