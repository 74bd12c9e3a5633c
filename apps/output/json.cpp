#include "output/json.hpp"

#include <algorithm>
#include <array>
#include <bit>
#include <charconv>
#include <cstring>
#include <nlohmann/json.hpp>
#include <persist/release_line.hpp>

#include "output/bytes.hpp"
#include "output/time.hpp"

namespace persist::app {
namespace {

// Writes the escape of a character that JSON strings cannot hold; returns the end.
char* put_escape(char* to, char c) {
  constexpr std::string_view hex = "0123456789abcdef";
  *to++ = '\\';
  switch (c) {
    case '"':
    case '\\':
      *to++ = c;
      return to;
    case '\n':
      *to++ = 'n';
      return to;
    case '\t':
      *to++ = 't';
      return to;
    case '\r':
      *to++ = 'r';
      return to;
    default:
      to = std::ranges::copy(std::string_view("u00"), to).out;
      *to++ = hex[static_cast<std::uint8_t>(c) >> 4U];
      *to++ = hex[static_cast<std::uint8_t>(c) & 15U];
      return to;
  }
}
constexpr std::size_t longest_escape = 6;

// A high bit in the lowest byte of `word` that needs an escape; higher bytes may have one wrongly.
std::uint64_t bytes_to_escape(std::uint64_t word) {
  constexpr std::uint64_t ones = 0x0101'0101'0101'0101;
  constexpr std::uint64_t highs = 0x8080'8080'8080'8080;
  const std::uint64_t quote = word ^ ones * '"';
  const std::uint64_t backslash = word ^ ones * '\\';
  const std::uint64_t is_control = (word - ones * 0x20) & ~word;
  return (is_control | ((quote - ones) & ~quote) | ((backslash - ones) & ~backslash)) & highs;
}

// Eight bytes at a time: they are copied whatever they are, and taken back from the first that
// needs an escape. `to` has room for the longest escape of every byte.
char* put_escaped(char* to, std::string_view text) {
  const char* from = text.data();
  const char* const end = from + text.size();
  while (end - from >= 8) {
    std::uint64_t word = 0;
    std::memcpy(&word, from, sizeof word);
    std::memcpy(to, &word, sizeof word);
    const std::uint64_t found = bytes_to_escape(word);
    const int clean = found == 0 ? 8 : std::countr_zero(found) / 8;
    to += clean;
    from += clean;
    if (found != 0) to = put_escape(to, *from++);
  }
  for (; from != end; ++from) {
    const bool is_clean = *from != '"' && *from != '\\' && static_cast<std::uint8_t>(*from) >= 0x20;
    if (is_clean) {
      *to++ = *from;
    } else {
      to = put_escape(to, *from);
    }
  }
  return to;
}

std::string_view decimal(std::uint64_t value, std::array<char, 20>& digits) {
  const auto [end, error] = std::to_chars(digits.data(), digits.data() + digits.size(), value);
  return {digits.data(), end};
}

}  // namespace

void append_json_string(std::string& out, std::string_view text) {
  constexpr std::size_t piece_bytes = std::size_t{64} * 1024;  // bounds the room for escapes
  out += '"';
  for (; !text.empty(); text.remove_prefix(std::min(piece_bytes, text.size()))) {
    const std::string_view piece = text.substr(0, piece_bytes);
    const std::size_t start = out.size();
    out.resize_and_overwrite(start + piece.size() * longest_escape, [&](char* bytes, std::size_t) {
      return put_escaped(bytes + start, piece) - bytes;
    });
  }
  out += '"';
}

void append_json_text(std::string& out, std::string_view text) {
  if (is_plain_text(text)) return append_json_string(out, text);
  out += json::text_of(Json(text));
}

void append_bytes_member(std::string& out, std::string_view name, ByteView bytes,
                         Encoding encoding) {
  out += '"';
  out += name;
  if (encoding == Encoding::automatic && is_plain_text(bytes)) {
    out += "\":";
    return append_json_string(out, bytes);
  }
  if (encoding == Encoding::hex) {
    out += "_hex\":\"";
    append_hex(out, bytes);
  } else {
    out += "_b64\":\"";
    append_base64(out, bytes);
  }
  out += '"';
}

void append_version_members(std::string& out, Version version) {
  append_counter_member(out, "version", version);
  if (!is_clock_version(version)) return;
  out += ",\"time\":\"";
  append_rfc3339(out, version);
  out += '"';
}

void append_number_member(std::string& out, std::string_view name, std::uint64_t value) {
  std::array<char, 20> digits;
  out += '"';
  out += name;
  out += "\":";
  out += decimal(value, digits);
}

void append_counter_member(std::string& out, std::string_view name, std::uint64_t value) {
  std::array<char, 20> digits;
  out += '"';
  out += name;
  out += "\":\"";
  out += decimal(value, digits);
  out += '"';
}

void print_json(OutputStream& out, const Json& object) {
  out.write(json::text_of(object));
  out.write("\n");
}

}  // namespace persist::app
