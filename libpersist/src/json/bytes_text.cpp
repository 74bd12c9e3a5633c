#include "json/bytes_text.hpp"

#include <array>
#include <cstring>

namespace persist::json {
namespace {

constexpr std::string_view alphabet =
    "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
constexpr std::string_view hex_digits = "0123456789abcdef";

std::uint8_t byte_at(ByteView bytes, std::size_t i) {
  return static_cast<std::uint8_t>(bytes[i]);
}

// Bytes 0x20 to 0x7E at the front, eight at a time: most keys and values are nothing else.
std::size_t ascii_prefix_bytes(ByteView bytes) noexcept {
  constexpr std::uint64_t ones = 0x0101'0101'0101'0101;
  constexpr std::uint64_t highs = 0x8080'8080'8080'8080;
  std::size_t i = 0;
  for (; i + 8 <= bytes.size(); i += 8) {
    std::uint64_t word = 0;
    std::memcpy(&word, bytes.data() + i, sizeof word);
    const std::uint64_t below_space = (word - ones * 0x20) & ~word;
    const std::uint64_t is_delete = ((word ^ (ones * 0x7F)) - ones) & ~(word ^ (ones * 0x7F));
    if (((word | below_space | is_delete) & highs) != 0) break;
  }
  while (i < bytes.size() && byte_at(bytes, i) >= 0x20 && byte_at(bytes, i) < 0x7F) ++i;
  return i;
}

// Length of the well-formed, non-control UTF-8 sequence at `i` (Unicode 15, table 3-7); 0: none.
std::size_t utf8_length(ByteView bytes, std::size_t i) noexcept {
  const std::uint8_t first = byte_at(bytes, i);
  const auto follows = [&](std::size_t at, std::uint8_t low = 0x80, std::uint8_t high = 0xBF) {
    return i + at < bytes.size() && byte_at(bytes, i + at) >= low && byte_at(bytes, i + at) <= high;
  };
  if (first < 0x80) return first >= 0x20 && first != 0x7F ? 1 : 0;
  if (first == 0xC2) return follows(1, 0xA0) ? 2 : 0;  // below lie the C1 controls
  if (first > 0xC2 && first < 0xE0) return follows(1) ? 2 : 0;
  if (first >= 0xE0 && first < 0xF0) {
    const std::uint8_t low = first == 0xE0 ? 0xA0 : 0x80;
    const std::uint8_t high = first == 0xED ? 0x9F : 0xBF;  // no surrogates
    return follows(1, low, high) && follows(2) ? 3 : 0;
  }
  if (first >= 0xF0 && first <= 0xF4) {
    const std::uint8_t low = first == 0xF0 ? 0x90 : 0x80;
    const std::uint8_t high = first == 0xF4 ? 0x8F : 0xBF;
    return follows(1, low, high) && follows(2) && follows(3) ? 4 : 0;
  }
  return 0;
}

constexpr std::array<std::int8_t, 256> make_base64_values() {
  std::array<std::int8_t, 256> values{};
  values.fill(-1);
  for (std::size_t i = 0; i < alphabet.size(); ++i) {
    values[static_cast<std::uint8_t>(alphabet[i])] = static_cast<std::int8_t>(i);
  }
  return values;
}

// Two characters for each 12 bits: half the look-ups of the plain way.
struct Base64Pairs {
  std::array<char, 2 * 4096> text{};
  constexpr Base64Pairs() {
    for (std::size_t i = 0; i < 4096; ++i) {
      text[2 * i] = alphabet[i >> 6U];
      text[2 * i + 1] = alphabet[i & 63U];
    }
  }
};

int hex_value(char digit) {
  if (digit >= '0' && digit <= '9') return digit - '0';
  if (digit >= 'a' && digit <= 'f') return digit - 'a' + 10;
  if (digit >= 'A' && digit <= 'F') return digit - 'A' + 10;
  return -1;
}

}  // namespace

bool is_plain_text(ByteView bytes) noexcept {
  std::size_t i = ascii_prefix_bytes(bytes);
  while (i < bytes.size()) {
    const std::size_t length = utf8_length(bytes, i);
    if (length == 0) return false;
    i += length;
    i += ascii_prefix_bytes(bytes.substr(i));
  }
  return true;
}

void append_base64(std::string& out, ByteView bytes) {
  static constexpr Base64Pairs pairs;
  const std::size_t start = out.size();
  out.resize(start + (bytes.size() + 2) / 3 * 4);
  char* to = out.data() + start;
  std::size_t i = 0;
  for (; i + 3 <= bytes.size(); i += 3, to += 4) {
    const std::uint32_t bits = static_cast<std::uint32_t>(byte_at(bytes, i)) << 16U |
                               static_cast<std::uint32_t>(byte_at(bytes, i + 1)) << 8U |
                               byte_at(bytes, i + 2);
    std::memcpy(to, &pairs.text[2 * (bits >> 12U)], 2);
    std::memcpy(to + 2, &pairs.text[2 * (bits & 0xFFFU)], 2);
  }
  if (i == bytes.size()) return;
  const bool two_left = i + 2 == bytes.size();
  const std::uint32_t bits =
      static_cast<std::uint32_t>(byte_at(bytes, i)) << 16U |
      (two_left ? static_cast<std::uint32_t>(byte_at(bytes, i + 1)) << 8U : 0U);
  std::memcpy(to, &pairs.text[2 * (bits >> 12U)], 2);
  to[2] = two_left ? alphabet[bits >> 6U & 63U] : '=';
  to[3] = '=';
}

void append_hex(std::string& out, ByteView bytes) {
  for (const char byte : bytes) {
    const auto value = static_cast<std::uint8_t>(byte);
    out += hex_digits[value >> 4U];
    out += hex_digits[value & 15U];
  }
}

std::optional<std::string> decode_base64(std::string_view text) {
  static constexpr std::array<std::int8_t, 256> values = make_base64_values();
  if (text.size() % 4 != 0) return std::nullopt;
  std::size_t padding = 0;
  while (padding < 2 && padding < text.size() && text[text.size() - 1 - padding] == '=') ++padding;
  text.remove_suffix(padding);
  std::string bytes;
  bytes.reserve(text.size() / 4 * 3 + 2);
  std::uint32_t bits = 0;
  unsigned have = 0;
  for (const char digit : text) {
    const std::int8_t value = values[static_cast<std::uint8_t>(digit)];
    if (value < 0) return std::nullopt;
    bits = bits << 6U | static_cast<std::uint32_t>(value);
    have += 6;
    if (have < 8) continue;
    have -= 8;
    bytes += static_cast<char>(bits >> have & 0xFFU);
  }
  if ((bits & ((1U << have) - 1U)) != 0) return std::nullopt;  // bits that no encoder sets
  return bytes;
}

std::optional<std::string> decode_hex(std::string_view text) {
  if (text.size() % 2 != 0) return std::nullopt;
  std::string bytes;
  bytes.reserve(text.size() / 2);
  for (std::size_t i = 0; i < text.size(); i += 2) {
    const int high = hex_value(text[i]);
    const int low = hex_value(text[i + 1]);
    if (high < 0 || low < 0) return std::nullopt;
    bytes += static_cast<char>(high * 16 + low);
  }
  return bytes;
}

}  // namespace persist::json
