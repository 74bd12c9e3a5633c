// SurrealDB's values as SurrealDB 3.2 itself prints them.
#include <algorithm>
#include <array>
#include <persist/formats/surrealdb_value.hpp>

namespace persist::formats {
namespace {

bool is_digit(char c) {
  return c >= '0' && c <= '9';
}
bool is_word_character(char c) {
  return is_digit(c) || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_';
}

// Whether a string may stand for itself, without backticks, and still be read back as a string.
bool is_bare(std::string_view text) {
  const auto is_numeric = [](char c) { return is_digit(c) || c == '_'; };
  return !text.empty() && std::ranges::all_of(text, is_word_character) &&
         !std::ranges::all_of(text, is_numeric) && text != "NaN" && text != "Infinity";
}

std::string quoted(std::string_view text) {
  const bool has_single = text.find('\'') != std::string_view::npos;
  const char quote = has_single && text.find('"') == std::string_view::npos ? '"' : '\'';
  std::string result(1, quote);
  for (const char c : text) {
    if (c == quote || c == '\\') result += '\\';
    result += c;
  }
  return result + quote;
}

std::string uuid_text(std::string_view bytes) {
  constexpr std::string_view hex = "0123456789abcdef";
  std::string text = "u'";
  for (std::size_t i = 0; i < bytes.size(); ++i) {
    if (i == 4 || i == 6 || i == 8 || i == 10) text += '-';
    text += hex[static_cast<std::uint8_t>(bytes[i]) >> 4U];
    text += hex[static_cast<std::uint8_t>(bytes[i]) & 15U];
  }
  return text + "'";
}

std::string digits_text(const SurrealNumber& number) {
  if (number.digits.empty()) return "0";
  std::string text = number.digits;
  if (number.exponent >= 0) return text.append(static_cast<std::size_t>(number.exponent), '0');
  const auto decimals = static_cast<std::size_t>(-number.exponent);
  if (text.size() <= decimals) text.insert(0, decimals - text.size() + 1, '0');
  return text.insert(text.size() - decimals, 1, '.');
}

std::string number_text(const SurrealNumber& number) {
  std::string text = number.is_negative ? "-" : "";
  switch (number.number_class) {
    case SurrealNumber::Class::not_a_number:
      return "NaN";
    case SurrealNumber::Class::infinity:
      return text + "Infinity";
    case SurrealNumber::Class::finite:
      break;
  }
  text += digits_text(number);
  switch (number.kind) {
    case SurrealNumber::Kind::integer:
      return text;
    case SurrealNumber::Kind::floating:
      return text + "f";
    case SurrealNumber::Kind::decimal:
      return text + "dec";
  }
  return text;
}

struct TimeUnit {
  std::uint64_t size;
  std::string_view name;
};

std::string duration_text(std::uint64_t seconds, std::uint32_t nanoseconds) {
  constexpr std::array<TimeUnit, 6> whole{
      {{365 * 86'400, "y"}, {7 * 86'400, "w"}, {86'400, "d"}, {3600, "h"}, {60, "m"}, {1, "s"}}};
  constexpr std::array<TimeUnit, 3> parts{{{1'000'000, "ms"}, {1000, "us"}, {1, "ns"}}};
  std::string text;
  const auto add = [&text](std::uint64_t& left, const TimeUnit& unit) {
    if (left >= unit.size) (text += std::to_string(left / unit.size)) += unit.name;
    left %= unit.size;
  };
  std::uint64_t left = seconds;
  for (const TimeUnit& unit : whole) add(left, unit);
  left = nanoseconds;
  for (const TimeUnit& unit : parts) add(left, unit);
  return text.empty() ? "0ns" : text;
}

std::string key_text(std::string_view key) {
  if (!key.empty() && !is_digit(key.front()) && std::ranges::all_of(key, is_word_character)) {
    return std::string(key);
  }
  std::string text = "\"";
  for (const char c : key) {
    if (c == '"' || c == '\\') text += '\\';
    text += c;
  }
  return text + '"';
}

std::string items_text(const std::vector<SurrealValue>& items) {
  std::string text;
  for (const SurrealValue& item : items) {
    if (!text.empty()) text += ", ";
    text += surreal_value_text(item);
  }
  return text;
}

std::string object_text(const SurrealValue& value) {
  if (value.members.empty()) return "{  }";
  std::string text;
  for (const auto& [key, member] : value.members) {
    text += (text.empty() ? "{ " : ", ") + key_text(key) + ": " + surreal_value_text(member);
  }
  return text + " }";
}

}  // namespace

std::string identifier_text(std::string_view name) {
  if (is_bare(name)) return std::string(name);
  std::string text = "`";
  for (const char c : name) {
    if (c == '\\' || c == '`') text += '\\';
    text += c;
  }
  return text + '`';
}

std::string surreal_value_text(const SurrealValue& value) {
  using Kind = SurrealValue::Kind;
  switch (value.kind) {
    case Kind::none:
      return "NONE";
    case Kind::null:
      return "NULL";
    case Kind::boolean:
      return value.boolean ? "true" : "false";
    case Kind::number:
      return number_text(value.number);
    case Kind::string:
      return quoted(value.text);
    case Kind::duration:
      return duration_text(value.seconds, value.nanoseconds);
    case Kind::datetime:
      return "d" + quoted(value.text);
    case Kind::uuid:
      return uuid_text(value.text);
    case Kind::array:
      return "[" + items_text(value.items) + "]";
    case Kind::set:
      return "{" + items_text(value.items) + (value.items.size() == 1 ? ",}" : "}");
    case Kind::object:
      return object_text(value);
  }
  return {};
}

std::string record_id_text(const SurrealValue& id) {
  return id.kind == SurrealValue::Kind::string ? identifier_text(id.text) : surreal_value_text(id);
}

}  // namespace persist::formats
