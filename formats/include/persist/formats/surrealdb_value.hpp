// Values as SurrealDB writes them inside its keys: record ids, and what arrays and objects in them
// hold (README.md, "SurrealDB's keys"). Their bytes sort as the values do.
#pragma once

#include <optional>
#include <persist/formats/bytes.hpp>
#include <string>
#include <utility>
#include <vector>

namespace persist::formats {

// A number, by its digits: integers, floats and decimals sort together and are written alike.
struct SurrealNumber {
  enum class Kind : std::uint8_t { integer = 2, floating = 3, decimal = 4 };
  enum class Class : std::uint8_t { finite, infinity, not_a_number };
  Kind kind = Kind::integer;
  Class number_class = Class::finite;
  bool is_negative = false;
  std::string digits;  // without leading zeros; empty for zero
  int exponent = 0;    // of the last digit: 15 with exponent -1 is 1.5

  friend bool operator==(const SurrealNumber&, const SurrealNumber&) = default;
};

struct SurrealValue {
  enum class Kind : std::uint8_t {
    none = 2,
    null,
    boolean,
    number,
    string,
    duration,
    datetime,
    uuid,
    array,
    set,
    object
  };
  Kind kind = Kind::none;
  bool boolean = false;
  SurrealNumber number;
  std::string text;           // of a string; a datetime in RFC 3339; a UUID's 16 bytes
  std::uint64_t seconds = 0;  // of a duration
  std::uint32_t nanoseconds = 0;
  std::vector<SurrealValue> items;                            // of an array or set
  std::vector<std::pair<std::string, SurrealValue>> members;  // of an object, keys ascending

  friend bool operator==(const SurrealValue&, const SurrealValue&) = default;

  [[nodiscard]] static SurrealValue integer(std::int64_t value);
  [[nodiscard]] static SurrealValue string(std::string text);
};

// Bytes, each below 02 behind an 01, then 00. `take_slice` moves `bytes` behind it.
void append_slice(std::string& out, ByteView bytes);
[[nodiscard]] Decoded<std::string> take_slice(ByteView& bytes);

// A value, its tag first. Errors: truncated; bad_option_tag for an unknown tag or an impossible
// number; bad_length when values lie too deep in each other. Kinds behind `object` are unknown
// here.
void append_surreal_value(std::string& out, const SurrealValue& value);
[[nodiscard]] Decoded<SurrealValue> take_surreal_value(ByteView& bytes);

// A record's id: an integer, string, UUID, array or object, with tags of its own.
void append_record_id(std::string& out, const SurrealValue& id);
[[nodiscard]] Decoded<SurrealValue> take_record_id(ByteView& bytes);

// As SurrealQL writes them: 1, alice, `two words`, u'018e...', [1, 'two'], { a: 1 }.
[[nodiscard]] std::string record_id_text(const SurrealValue& id);
[[nodiscard]] std::string surreal_value_text(const SurrealValue& value);
// A table's or a field's name, between backticks where SurrealQL demands it.
[[nodiscard]] std::string identifier_text(std::string_view name);

}  // namespace persist::formats
