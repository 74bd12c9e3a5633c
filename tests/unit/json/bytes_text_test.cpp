#include "json/bytes_text.hpp"

#include "support/catch.hpp"

using namespace persist::json;
using namespace std::string_literals;

TEST_CASE("base64 is that of RFC 4648, both ways") {
  // Its section 10.
  const std::vector<std::pair<std::string, std::string>> vectors{{"", ""},
                                                                 {"f", "Zg=="},
                                                                 {"fo", "Zm8="},
                                                                 {"foo", "Zm9v"},
                                                                 {"foob", "Zm9vYg=="},
                                                                 {"fooba", "Zm9vYmE="},
                                                                 {"foobar", "Zm9vYmFy"}};
  for (const auto& [bytes, text] : vectors) {
    std::string encoded;
    append_base64(encoded, bytes);
    CHECK(encoded == text);
    CHECK(decode_base64(text) == bytes);
  }
}

TEST_CASE("every byte comes back from base64 and from hexadecimal") {
  std::string bytes;
  for (int i = 0; i < 256; ++i) bytes += static_cast<char>(i);
  std::string base64;
  append_base64(base64, bytes);
  CHECK(decode_base64(base64) == bytes);
  std::string hex;
  append_hex(hex, bytes);
  CHECK(hex.substr(0, 6) == "000102");
  CHECK(decode_hex(hex) == bytes);
}

TEST_CASE("text that no encoder writes is no base64") {
  CHECK_FALSE(decode_base64("Zm9?"));
  CHECK_FALSE(decode_base64("Zm=v"));
  CHECK_FALSE(decode_base64("Zh=="));  // bits are set behind the last byte
  CHECK_FALSE(decode_base64("Zm9="));
}

TEST_CASE("text that is no pairs of hexadecimal digits is none") {
  CHECK_FALSE(decode_hex("0"));
  CHECK_FALSE(decode_hex("0g"));
  CHECK(decode_hex("aF") == "\xAF"s);
}

TEST_CASE("plain text is UTF-8 as Unicode defines it, without control characters") {
  for (const std::string& text :
       {""s, "a b"s, "\xC2\xA0"s, "\xDF\xBF"s, "\xE0\xA0\x80"s, "\xED\x9F\xBF"s, "\xEE\x80\x80"s,
        "\xF0\x90\x80\x80"s, "\xF1\x80\x80\x80"s, "\xF4\x8F\xBF\xBF"s}) {
    CAPTURE(text);
    CHECK(is_plain_text(text));
  }
  for (const std::string& text :
       {"\n"s, "\x7F"s, "\xC2\x80"s, "\xC2\x9F"s,  // control characters
        "\x80"s, "\xC0\x80"s, "\xC1\xBF"s, "\xE0\x9F\xBF"s,
        "\xF0\x8F\xBF\xBF"s,                                 // longer than needed
        "\xED\xA0\x80"s,                                     // a surrogate
        "\xF4\x90\x80\x80"s, "\xF5\x80\x80\x80"s,            // behind the last character
        "\xE2\x82"s, "\xF0\x90\x80"s, "\xC2"s, "\xC2 "s}) {  // cut short
    CAPTURE(text);
    CHECK_FALSE(is_plain_text(text));
  }
}
