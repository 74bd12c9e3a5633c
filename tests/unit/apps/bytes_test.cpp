#include "output/bytes.hpp"

#include <nlohmann/json.hpp>
#include <random>

#include "output/json.hpp"
#include "support/catch.hpp"

using namespace persist;
using namespace persist::app;
using namespace std::string_literals;

namespace {

std::string base64(ByteView bytes) {
  std::string text;
  append_base64(text, bytes);
  return text;
}

std::string member(ByteView bytes, Encoding encoding) {
  std::string text;
  append_bytes_member(text, "x", bytes, encoding);
  return text;
}

// One byte at a time, from Unicode's definition: what the fast way must agree with.
bool is_plain_slowly(ByteView bytes) {
  try {
    const nlohmann::json checked = std::string(bytes);
    (void)checked.dump();  // throws when it is no UTF-8
  } catch (const nlohmann::json::exception&) {
    return false;
  }
  for (std::size_t i = 0; i < bytes.size(); ++i) {
    const auto byte = static_cast<std::uint8_t>(bytes[i]);
    if (byte < 0x20 || byte == 0x7F) return false;
    if (byte == 0xC2 && static_cast<std::uint8_t>(bytes[i + 1]) < 0xA0) return false;
  }
  return true;
}

}  // namespace

TEST_CASE("base64 is the standard one, padded (RFC 4648, section 10)") {
  CHECK(base64("") == "");
  CHECK(base64("f") == "Zg==");
  CHECK(base64("fo") == "Zm8=");
  CHECK(base64("foo") == "Zm9v");
  CHECK(base64("foobar") == "Zm9vYmFy");
  CHECK(base64("\xfb\xff\xbf") == "+/+/");
}

TEST_CASE("base64 and hexadecimal give back what they were made from") {
  std::mt19937 random(7);
  for (std::size_t length = 0; length < 200; ++length) {
    std::string bytes(length, '\0');
    for (char& byte : bytes) byte = static_cast<char>(random());
    CHECK(decode_base64(base64(bytes)) == bytes);
    std::string hex;
    append_hex(hex, bytes);
    CHECK(decode_hex(hex) == bytes);
  }
}

TEST_CASE("what no encoder writes is no base64 and no hexadecimal") {
  for (const char* text : {"A", "AA", "AAA", "A===", "AA=A", "AB==", "AAB=", "A A=", "AA-_"}) {
    CHECK_FALSE(decode_base64(text));
  }
  for (const char* text : {"0", "0g", "0x"}) CHECK_FALSE(decode_hex(text));
}

TEST_CASE("plain text is valid UTF-8 without control characters") {
  for (const std::string& text :
       {""s, "user:1"s, "Алиса ☃ 日本語 🦀 é"s, "\xC2\xA0"s, "\xF4\x8F\xBF\xBF"s}) {
    CHECK(is_plain_text(text));
  }
  for (const std::string& text :
       {"\0"s, "a\nb"s, "\x7f"s, "\xC2\x85"s, "\xC0\xAF"s, "\xED\xA0\x80"s, "\xF4\x90\x80\x80"s,
        "\xE2\x98"s, "\x80"s, "eight by\x1fte"s, "12345678\x7f"s, "\xff"s}) {
    CHECK_FALSE(is_plain_text(text));
  }
}

TEST_CASE("the fast look at text agrees with a slow one") {
  std::mt19937 random(11);
  const std::string_view pieces[] = {
      "a",    "user:", "\xC3\xA9", "\xE2\x98\x83", "\xF0\x9F\xA6\x80",
      "\x1f", "\x7f",  "\xC2\x80", "\xff",         "longer than eight bytes"};
  for (int i = 0; i < 20'000; ++i) {
    std::string text;
    for (auto count = random() % 6; count > 0; --count)
      text += pieces[random() % std::size(pieces)];
    if (random() % 4 == 0 && !text.empty()) text.pop_back();
    REQUIRE(is_plain_text(text) == is_plain_slowly(text));
  }
}

TEST_CASE("byte strings in JSON say how they are written") {
  CHECK(member("a\"b\\", Encoding::automatic) == R"("x":"a\"b\\")");
  CHECK(member("\0\xff"s, Encoding::automatic) == R"("x_b64":"AP8=")");
  CHECK(member("abc", Encoding::base64) == R"("x_b64":"YWJj")");
  CHECK(member("abc", Encoding::hex) == R"("x_hex":"616263")");
}

TEST_CASE("JSON strings are read back as they were, wherever quotes lie") {
  for (std::size_t at = 0; at < 40; ++at) {
    for (const char c : {'"', '\\', '\n', '\x01'}) {
      std::string text(40, 'x');
      text[at] = c;
      std::string json;
      append_json_string(json, text);
      CHECK(nlohmann::json::parse(json).get<std::string>() == text);
    }
  }
}

TEST_CASE("text of unknown origin becomes valid JSON") {
  std::string json;
  append_json_text(json, "path/\xff/\x01");
  CHECK(nlohmann::json::parse(json).get<std::string>() == "path/\xEF\xBF\xBD/\x01");
}

TEST_CASE("sizes and counts are for people") {
  CHECK(size_text(0) == "0 B");
  CHECK(size_text(1023) == "1023 B");
  CHECK(size_text(1024) == "1.0 KiB");
  CHECK(size_text((1U << 20U) - 1) == "1.0 MiB");
  CHECK(size_text(UINT64_MAX) == "16384.0 PiB");
  CHECK(count_text(1'234'567) == "1,234,567");
  CHECK(count_text(1, "commit") == "1 commit");
  CHECK(count_text(2000, "entry", "entries") == "2,000 entries");
}

TEST_CASE("bytes for people are text, hexadecimal, and never longer than asked for") {
  CHECK(bytes_for_people("user:1") == "user:1");
  CHECK(bytes_for_people("\0\1"s) == "hex:0001");
  CHECK(bytes_for_people("abcdef", 3) == "abc...");
  CHECK(bytes_for_people("ééé", 3) == "é...");
  CHECK(bytes_for_people(std::string(100, '\0'), 8) == "hex:00000000...");
}
