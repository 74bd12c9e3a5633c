#include <limits>
#include <persist/formats/surrealdb_value.hpp>

#include "support/catch.hpp"

using namespace persist;
using namespace persist::formats;
using namespace std::string_literals;

namespace {

struct Sample {
  std::string bytes;  // by README.md, "SurrealDB's keys"
  std::string text;   // as SurrealQL writes it
};

// Each kind of value, and of number.
const std::vector<Sample> samples{
    {"\x02"s, "NONE"},
    {"\x03"s, "NULL"},
    {"\x04\x00"s, "false"},
    {"\x04\x01"s, "true"},
    {"\x05\x80\x01\x00\x00\x02"s, "0"},
    {"\x05\xa0\x19\x19\x20\x01\x00\x00\x02"s, "1"},
    {"\x05\xa0\x19\x1a\x23\x0f\x01\x00\x00\x04"s, "12dec"},
    {"\x05\xff\x01\x00\x00\x03"s, "NaN"},
    {"\x05\xc0\x01\x00\x00\x03"s, "Infinity"},
    {"\x05\x20\x01\x00\x00\x03"s, "-Infinity"},
    {"\x06it's\x00"s, "\"it's\""},
    {"\x06'\"\\\x00"s, "'\\'\"\\\\'"},
    {"\x07"s + std::string(12, '\0'), "0ns"},
    {"\x07\0\0\0\0\x01\xf5\x08\x4d\0\x1e\x84\x83"s, "1y2w1d1h1m1s2ms3ns"},
    {"\x07\0\0\0\0\0\0\0\x3b\0\0\x0f\xa0"s, "59s4us"},
    {"\x08"
     "2024-01-01T00:00:00Z\0"s,
     "d'2024-01-01T00:00:00Z'"},
    {"\x09\x01\x8e\x1e\x2c\x5e\x2a\x7c\x3e\x9b\x1a\x01\x23\x45\x67\x89\xab"s,
     "u'018e1e2c-5e2a-7c3e-9b1a-0123456789ab'"},
    {"\x0a\x00"s, "[]"},
    {"\x0a\x02\x06x\x00\x00"s, "[NONE, 'x']"},
    {"\x0b\x03\x00"s, "{NULL,}"},
    {"\x0b\x03\x04\x01\x00"s, "{NULL, true}"},
    {"\x0c\x00"s, "{  }"},
    {"\x0c"
     "2 \"\\\x00\x02_b\x00\x04\x00\x00"s,
     "{ \"2 \\\"\\\\\": NONE, _b: false }"},
};

Decoded<SurrealValue> whole(ByteView bytes) {
  auto value = take_surreal_value(bytes);
  if (value) CHECK(bytes.empty());
  return value;
}

DecodeError error_of(ByteView bytes) {
  const auto value = take_surreal_value(bytes);
  REQUIRE_FALSE(value);
  return value.error();
}

std::string encoded(const SurrealValue& value) {
  std::string bytes;
  append_surreal_value(bytes, value);
  return bytes;
}

std::string number(const std::string& slice, char kind = 2) {
  return "\x05" + slice + '\0' + kind;
}

// A digit and the power of ten it stands at.
SurrealValue power_of_ten(SurrealNumber::Kind kind, int exponent, bool is_negative) {
  SurrealValue value;
  value.kind = SurrealValue::Kind::number;
  value.number.kind = kind;
  value.number.digits = "1";
  value.number.exponent = exponent;
  value.number.is_negative = is_negative;
  return value;
}

}  // namespace

TEST_CASE(
    "a value of each kind reads as SurrealQL writes it, and encodes to the bytes it came from") {
  for (const auto& [bytes, text] : samples) {
    CAPTURE(text);
    const auto value = whole(bytes);
    REQUIRE(value);
    CHECK(surreal_value_text(*value) == text);
    CHECK(encoded(*value) == bytes);
  }
}

TEST_CASE("a value that the bytes cut short is truncated at every length") {
  for (const auto& [bytes, text] : samples) {
    for (std::size_t length = 0; length < bytes.size(); ++length) {
      CAPTURE(text, length);
      CHECK(error_of(ByteView(bytes).substr(0, length)) == DecodeError::truncated);
    }
  }
}

TEST_CASE("a tag that is none of a value, or a truth that is neither, is wrong") {
  for (const std::string& bytes : {"\x00"s, "\x01"s, "\x0d"s, "\x04\x04"s, "\x0a\x0d\x00"s}) {
    CHECK(error_of(bytes) == DecodeError::bad_option_tag);
  }
}

TEST_CASE("numbers that no encoder writes are wrong") {
  for (const std::string& bytes : {
           number(""),                                        // of no class
           number("\x81"),                                    // of none that is known
           number("\xa0\x19\x19"),                            // without digits
           number("\xa0\x19\x19\x0f"),                        // the digits end before the first
           number("\xa0\x19\x19\xb0"),                        // a digit above nine
           number("\xa0\x19\x19\x22"),                        // digits without an end
           number("\xa0\x19\x19" + std::string(33, '\x22')),  // more digits than any number has
           number("\x80", 1),
           number("\x80", 5),
       }) {
    CHECK(error_of(bytes) == DecodeError::bad_option_tag);
  }
}

TEST_CASE("a number beyond what its kind can hold is wrong, and the last that it holds is read") {
  struct Reach {
    SurrealNumber::Kind kind;
    int least;
    int most;
  };
  using Kind = SurrealNumber::Kind;
  for (const auto& [kind, least, most] :
       {Reach{Kind::integer, 0, 18}, Reach{Kind::floating, -324, 308},
        Reach{Kind::decimal, -28, 28}}) {
    for (const bool is_negative : {false, true}) {
      CAPTURE(static_cast<int>(kind), is_negative);
      for (const int exponent : {least, most}) {
        const SurrealValue value = power_of_ten(kind, exponent, is_negative);
        CHECK(whole(encoded(value)) == value);
      }
      for (const int exponent : {least - 1, most + 1, -6144, 50'000}) {
        CAPTURE(exponent);
        CHECK(error_of(encoded(power_of_ten(kind, exponent, is_negative))) ==
              DecodeError::bad_option_tag);
      }
    }
  }
}

TEST_CASE("values in each other to a depth that no id has are refused, and one less is read") {
  const auto nested = [](std::size_t depth) {
    return std::string(depth, '\x0a') + '\x02' + std::string(depth, '\0');
  };
  CHECK(whole(nested(64)));
  CHECK(error_of(nested(65)) == DecodeError::bad_length);
}

TEST_CASE("an integer id keeps its value from the least to the greatest") {
  for (const std::int64_t value :
       {std::numeric_limits<std::int64_t>::min(), std::int64_t{-1}, std::int64_t{0},
        std::int64_t{1}, std::numeric_limits<std::int64_t>::max()}) {
    std::string bytes;
    append_record_id(bytes, SurrealValue::integer(value));
    ByteView rest = bytes;
    const auto id = take_record_id(rest);
    REQUIRE(id);
    CHECK(rest.empty());
    CHECK(record_id_text(*id) == std::to_string(value));
  }
}

TEST_CASE("a string id keeps its bytes, those that would end it, too") {
  std::string bytes;
  append_record_id(bytes, SurrealValue::string("a\0b\1"s));
  CHECK(bytes == "\3a\1\0b\1\1\0"s);
  ByteView rest = bytes;
  CHECK(take_record_id(rest) == SurrealValue::string("a\0b\1"s));
}

TEST_CASE("an id that the bytes cut short, or of no known kind, is none") {
  for (const std::string& bytes :
       {""s, "\x02\x80\0\0"s, "\x04uuid"s, "\x03"s, "\x05\x02"s, "\x06x"s}) {
    ByteView rest = bytes;
    CHECK(take_record_id(rest).error() == DecodeError::truncated);
  }
  for (const std::string& bytes : {"\x01"s, "\x07"s}) {
    ByteView rest = bytes;
    CHECK(take_record_id(rest).error() == DecodeError::bad_option_tag);
  }
}

TEST_CASE("a name that would not read back as one stands between backticks") {
  CHECK(identifier_text("a_1") == "a_1");
  CHECK(identifier_text("two words") == "`two words`");
  CHECK(identifier_text("`\\") == "`\\`\\\\`");
  CHECK(identifier_text("1_2") == "`1_2`");
  CHECK(identifier_text("NaN") == "`NaN`");
  CHECK(identifier_text("Infinity") == "`Infinity`");
  CHECK(identifier_text("") == "``");
}
