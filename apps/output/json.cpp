#include "output/json.hpp"

#include <charconv>
#include <cstring>
#include <nlohmann/json.hpp>
#include <persist/release_line.hpp>

#include "output/bytes.hpp"
#include "output/time.hpp"

namespace persist::app {
namespace {

bool needs_escape(char c) {
  return c == '"' || c == '\\' || static_cast<std::uint8_t>(c) < 0x20;
}

void append_escaped(std::string& out, char c) {
  constexpr std::string_view hex = "0123456789abcdef";
  switch (c) {
    case '"':
      out += "\\\"";
      return;
    case '\\':
      out += "\\\\";
      return;
    case '\n':
      out += "\\n";
      return;
    case '\t':
      out += "\\t";
      return;
    case '\r':
      out += "\\r";
      return;
    default:
      out += "\\u00";
      out += hex[static_cast<std::uint8_t>(c) >> 4U];
      out += hex[static_cast<std::uint8_t>(c) & 15U];
  }
}

// Length of the front that needs no escape, eight bytes at a time.
std::size_t clean_prefix(std::string_view text) {
  constexpr std::uint64_t ones = 0x0101'0101'0101'0101;
  constexpr std::uint64_t highs = 0x8080'8080'8080'8080;
  const auto has_zero = [](std::uint64_t word) { return (word - ones) & ~word & highs; };
  std::size_t i = 0;
  for (; i + 8 <= text.size(); i += 8) {
    std::uint64_t word = 0;
    std::memcpy(&word, text.data() + i, sizeof word);
    const std::uint64_t control = (word - ones * 0x20) & ~word & highs;
    if ((control | has_zero(word ^ ones * '"') | has_zero(word ^ ones * '\\')) != 0) break;
  }
  while (i < text.size() && !needs_escape(text[i])) ++i;
  return i;
}

std::string_view decimal(std::uint64_t value, std::array<char, 20>& digits) {
  const auto [end, error] = std::to_chars(digits.data(), digits.data() + digits.size(), value);
  return {digits.data(), end};
}

}  // namespace

void append_json_string(std::string& out, std::string_view text) {
  out += '"';
  while (!text.empty()) {
    const std::size_t clean = clean_prefix(text);
    out.append(text.substr(0, clean));
    text.remove_prefix(clean);
    if (text.empty()) break;
    append_escaped(out, text[0]);
    text.remove_prefix(1);
  }
  out += '"';
}

void append_json_text(std::string& out, std::string_view text) {
  if (is_plain_text(text)) return append_json_string(out, text);
  out += Json(text).dump(-1, ' ', false, Json::error_handler_t::replace);
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

void set_bytes(Json& object, std::string_view name, ByteView bytes, Encoding encoding) {
  std::string text;
  if (encoding == Encoding::automatic && is_plain_text(bytes)) {
    object[std::string(name)] = bytes;
  } else if (encoding == Encoding::hex) {
    append_hex(text, bytes);
    object[std::string(name) + "_hex"] = text;
  } else {
    append_base64(text, bytes);
    object[std::string(name) + "_b64"] = text;
  }
}

void set_version(Json& object, std::string_view name, Version version) {
  std::string key(name);
  object[key] = std::to_string(version);
  if (!is_clock_version(version)) return;
  const std::size_t at = key.rfind("version");
  object[at == std::string::npos ? key + "_time" : key.replace(at, 7, "time")] = rfc3339(version);
}

Json json_report(std::string_view command) {
  Json report;
  report["schema"] = "persist." + std::string(command) + "/1";
  return report;
}

void print_json(OutputStream& out, const Json& object) {
  out.write(object.dump(-1, ' ', false, Json::error_handler_t::replace));
  out.write("\n");
}

}  // namespace persist::app
