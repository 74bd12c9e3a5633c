#include <persist/formats/varint.hpp>

#include "support/catch.hpp"

using namespace persist::formats;

TEST_CASE("a varint takes the shortest of its four forms") {
  const auto [value, bytes] = GENERATE(table<std::uint64_t, std::string>({
      {0, std::string("\0", 1)},
      {250, "\xFA"},
      {251, std::string("\xFB\xFB\0", 3)},
      {0xFFFF, "\xFB\xFF\xFF"},
      {0x10000, std::string("\xFC\0\0\1\0", 5)},
      {0xFFFF'FFFF, "\xFC\xFF\xFF\xFF\xFF"},
      {0x1'0000'0000, std::string("\xFD\0\0\0\0\1\0\0\0", 9)},
  }));
  std::string out;
  append_varint(out, value);
  CHECK(out == bytes);
  CHECK(varint_length_bytes(value) == bytes.size());
  Cursor cursor(out);
  CHECK(cursor.take_varint() == value);
  CHECK(cursor.remaining() == 0);
}

TEST_CASE("a varint that the bytes cut short is truncated at every length") {
  std::string whole;
  append_varint(whole, UINT64_MAX);
  for (std::size_t length = 0; length < whole.size(); ++length) {
    Cursor cursor(persist::ByteView(whole).substr(0, length));
    CHECK(cursor.take_varint().error() == DecodeError::truncated);
  }
}

TEST_CASE("the two reserved first bytes of a varint are errors") {
  Cursor fe("\xFE");
  CHECK(fe.take_varint().error() == DecodeError::reserved_varint);
  Cursor ff("\xFF");
  CHECK(ff.take_varint().error() == DecodeError::reserved_varint);
}

TEST_CASE("a longer varint than needed is read as the engine reads it") {
  Cursor cursor(persist::ByteView("\xFB\x01\x00", 3));
  CHECK(cursor.take_varint() == 1U);
}

TEST_CASE("a length of 2^63 is truncated, not allocated") {
  std::string bytes;
  append_varint(bytes, std::uint64_t{1} << 63U);
  bytes += "abc";
  Cursor cursor(bytes);
  CHECK(cursor.take_bytes().error() == DecodeError::truncated);
  CHECK(cursor.position() == 0);
}
