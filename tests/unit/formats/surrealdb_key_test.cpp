#include <persist/formats/surrealdb_key.hpp>

#include "support/catch.hpp"

using namespace persist;
using namespace persist::formats;
using namespace std::string_literals;

namespace {

// Keys as SurrealDB 3.0.2 and 3.2.4 wrote them (testdata/surrealdb-*).
const std::string person = "/*\0\0\0\1*\0\0\0\0*person\0*"s;
const std::string array_id =
    "\5\5\xa0\x19\x19\x20\1\0\0\2\6two\0\x08"
    "2024-01-01T00:00:00Z\0\0"s;
const std::string object_id = "\6a\0\5\xa0\x19\x19\x20\1\0\0\2b\0\6x\0\0"s;

std::string text_of(const std::string& id) {
  const auto key = decode_surrealdb_key(person + id);
  REQUIRE(key);
  REQUIRE(key->kind == SurrealKeyKind::record);
  return record_id_text(key->id);
}

std::string encoded(const SurrealKey& key) {
  std::string bytes;
  append_record_key(bytes, key);
  return bytes;
}

SurrealValue number(std::string digits, int exponent, SurrealNumber::Kind kind,
                    bool negative = false) {
  SurrealValue value;
  value.kind = SurrealValue::Kind::number;
  value.number = {kind, SurrealNumber::Class::finite, negative, std::move(digits), exponent};
  return value;
}

std::string bytes_of(const SurrealValue& value) {
  std::string bytes;
  append_surreal_value(bytes, value);
  return bytes;
}

}  // namespace

TEST_CASE("a record's key has namespace, database, table and id") {
  const auto key = decode_surrealdb_key(person + "\2\x80\0\0\0\0\0\0\x26"s);
  REQUIRE(key);
  CHECK(key->kind == SurrealKeyKind::record);
  CHECK(key->namespace_id == 1);
  CHECK(key->database_id == 0);
  CHECK(key->table == "person");
  CHECK(record_id_text(key->id) == "38");
}

TEST_CASE("an id of each kind reads as SurrealQL writes it") {
  CHECK(text_of("\2\x7f\xff\xff\xff\xff\xff\xff\xfb"s) == "-5");
  CHECK(text_of("\2\x80\0\0\1\xa1\x3b\x86\0"s) == "7000000000");
  CHECK(text_of("\3-5\0"s) == "`-5`");
  CHECK(text_of("\3alice\0"s) == "alice");
  CHECK(text_of("\3"
                "01M81QZBZ6EK598Z45RGEWTEQ6\0"s) == "01M81QZBZ6EK598Z45RGEWTEQ6");
  CHECK(text_of("\3"
                "123\0"s) == "`123`");
  CHECK(text_of("\4\x01\x8e\x1e\x2c\x5e\x2a\x7c\x3e\x9b\x1a\x01\x23\x45\x67\x89\xab"s) ==
        "u'018e1e2c-5e2a-7c3e-9b1a-0123456789ab'");
  CHECK(text_of(array_id) == "[1, 'two', d'2024-01-01T00:00:00Z']");
  CHECK(text_of(object_id) == "{ a: 1, b: 'x' }");
}

TEST_CASE("a record's key is encoded as SurrealDB encoded it") {
  for (const std::string& id : {"\2\x80\0\0\0\0\0\0\x26"s, "\2\x7f\xff\xff\xff\xff\xff\xff\xfb"s,
                                "\3alice\0"s, array_id, object_id}) {
    const auto key = decode_surrealdb_key(person + id);
    REQUIRE(key);
    CHECK(encoded(*key) == person + id);
  }
}

TEST_CASE("numbers keep their value and kind, and sort as bytes") {
  using Kind = SurrealNumber::Kind;
  const std::vector<std::pair<SurrealValue, std::string>> ascending{
      {number("12", 3, Kind::integer, true), "-12000"},
      {number("15", -1, Kind::floating, true), "-1.5f"},
      {number("1", -3, Kind::decimal, true), "-0.001dec"},
      {number("", 0, Kind::integer), "0"},
      {number("25", -2, Kind::floating), "0.25f"},
      {number("1", 0, Kind::integer), "1"},
      {number("9223372036854775807", 0, Kind::integer), "9223372036854775807"},
  };
  std::string last;
  for (const auto& [value, text] : ascending) {
    const std::string bytes = bytes_of(value);
    CHECK(bytes > last);
    ByteView rest = bytes;
    const auto decoded = take_surreal_value(rest);
    REQUIRE(decoded);
    CHECK(*decoded == value);
    CHECK(rest.empty());
    CHECK(surreal_value_text(*decoded) == text);
    last = bytes;
  }
}

TEST_CASE("slices escape the bytes that would end them") {
  std::string bytes;
  append_slice(bytes, "a\0b\1c"s);
  CHECK(bytes == "a\1\0b\1\1c\0"s);
  ByteView rest = bytes;
  CHECK(take_slice(rest).value() == "a\0b\1c"s);
  CHECK(rest.empty());
  ByteView unended = "abc";
  CHECK(take_slice(unended).error() == DecodeError::truncated);
}

TEST_CASE("name keys carry the numbers that records use") {
  const auto space = decode_surrealdb_key("/!nsshop\0"s);
  REQUIRE(space);
  CHECK(space->kind == SurrealKeyKind::namespace_name);
  CHECK(space->name == "shop");
  CHECK(decode_namespace_id("\1\1\4shop\0"s) == 1U);
  const auto database = decode_surrealdb_key("/*\0\0\0\1!dbmain\0"s);
  REQUIRE(database);
  CHECK(database->kind == SurrealKeyKind::database_name);
  CHECK(database->namespace_id == 1);
  CHECK(database->name == "main");
  const auto ids = decode_database_ids("\1\1\0\4main\0\0\0"s);
  REQUIRE(ids);
  CHECK(ids->namespace_id == 1);
  CHECK(ids->database_id == 0);
}

TEST_CASE("other keys of SurrealDB are told from records") {
  const std::string database = "/*\0\0\0\1*\0\0\0\0"s;
  CHECK(decode_surrealdb_key("!v")->kind == SurrealKeyKind::other);
  CHECK(decode_surrealdb_key("/!nh\x80\0\0\0\0\0\0\0"s)->kind == SurrealKeyKind::other);
  CHECK(decode_surrealdb_key(database + "!tbperson\0"s)->kind == SurrealKeyKind::table);
  CHECK(decode_surrealdb_key(database + "*person\0!ixage\0"s)->kind == SurrealKeyKind::index);
  CHECK(decode_surrealdb_key(database + "*person\0+\0\0\0\1*\6u@x\0\0\2"s)->kind ==
        SurrealKeyKind::index_entry);
  const auto edge =
      decode_surrealdb_key(database + "*person\0~\2\x80\0\0\0\0\0\0\1\3knows\0\3m23\0"s);
  REQUIRE(edge);
  CHECK(edge->kind == SurrealKeyKind::graph_edge);
  CHECK(record_id_text(edge->id) == "1");
}

TEST_CASE("bytes that are no SurrealDB key are none, whatever they look like") {
  for (const std::string& bytes :
       {""s, "user:000000000001"s, "/*\0\0"s, "/*\0\0\0\1*\0\0\0"s, person, person + "\2\x80"s,
        person + "\3alice"s, person + "\7x"s, person + "\3alice\0more"s,
        person + "\5\5\xa0\x19\0\2\0"s, person + "\5"s + std::string(100'000, '\x0a')}) {
    CHECK_FALSE(decode_surrealdb_key(bytes));
  }
}
