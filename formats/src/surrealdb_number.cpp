#include "surrealdb_number.hpp"

#include <charconv>

namespace persist::formats {
namespace {

// Markers of a number's class, and of its scale: the exponent of its first digit, biased, in two
// digits of base 255 that avoid zero.
constexpr std::uint8_t marker_minus_infinity = 0x20;
constexpr std::uint8_t marker_negative = 0x40;
constexpr std::uint8_t marker_zero = 0x80;
constexpr std::uint8_t marker_positive = 0xA0;
constexpr std::uint8_t marker_infinity = 0xC0;
constexpr std::uint8_t marker_not_a_number = 0xFF;
constexpr int scale_bias = 6144;
constexpr unsigned scale_base = 255;
constexpr std::uint8_t no_more_digits = 0x0F;
constexpr std::size_t most_digits = 64;

std::unexpected<DecodeError> wrong() {
  return std::unexpected(DecodeError::bad_option_tag);
}

// Digits of a finite number, two in a byte, each one above itself so that none is zero.
void append_digits(std::string& out, std::string_view digits, std::uint8_t flip) {
  const auto nibble = [&](std::size_t i) -> unsigned {
    return i < digits.size() ? static_cast<unsigned>(digits[i] - '0') + 1U : 0U;
  };
  for (std::size_t i = 0; i < digits.size(); i += 2) {
    out += static_cast<char>((nibble(i) << 4U | nibble(i + 1)) ^ flip);
  }
  if (digits.size() % 2 == 0) out += static_cast<char>(no_more_digits ^ flip);
}

Decoded<std::string> take_digits(ByteView bytes, std::uint8_t flip) {
  std::string digits;
  for (const char byte : bytes) {
    const unsigned packed = static_cast<std::uint8_t>(byte) ^ static_cast<unsigned>(flip);
    for (const unsigned nibble : {packed >> 4U, packed & 15U}) {
      if (nibble == 0) return digits.empty() ? Decoded<std::string>(wrong()) : digits;
      if (nibble > 10 || digits.size() == most_digits) return wrong();
      digits += static_cast<char>('0' + nibble - 1);
    }
  }
  return wrong();
}

Decoded<SurrealNumber> finite_number(ByteView bytes, bool is_negative) {
  if (bytes.size() < 3 || bytes[0] == 0 || bytes[1] == 0) return wrong();
  const auto high = static_cast<unsigned>(static_cast<std::uint8_t>(bytes[0])) - 1U;
  const auto low = static_cast<unsigned>(static_cast<std::uint8_t>(bytes[1])) - 1U;
  unsigned biased = high * scale_base + low;
  if (is_negative) biased = 0xFFFFU - biased;
  const auto digits = take_digits(bytes.substr(2), is_negative ? 0xFF : 0);
  if (!digits) return std::unexpected(digits.error());
  SurrealNumber number;
  number.is_negative = is_negative;
  number.digits = *digits;
  number.exponent =
      static_cast<int>(biased) - scale_bias - (static_cast<int>(number.digits.size()) - 1);
  return number;
}

}  // namespace

std::string encode_surreal_number(const SurrealNumber& number) {
  std::string out;
  if (number.number_class == SurrealNumber::Class::not_a_number) {
    out += static_cast<char>(marker_not_a_number);
  } else if (number.number_class == SurrealNumber::Class::infinity) {
    out += static_cast<char>(number.is_negative ? marker_minus_infinity : marker_infinity);
  } else if (number.digits.empty()) {
    out += static_cast<char>(marker_zero);
  } else {
    const std::uint8_t flip = number.is_negative ? 0xFF : 0;
    const int scale = number.exponent + static_cast<int>(number.digits.size()) - 1;
    auto biased = static_cast<unsigned>(scale + scale_bias);
    if (number.is_negative) biased = 0xFFFFU - biased;
    out += static_cast<char>(number.is_negative ? marker_negative : marker_positive);
    out += static_cast<char>(biased / scale_base + 1);
    out += static_cast<char>(biased % scale_base + 1);
    append_digits(out, number.digits, flip);
  }
  out += '\0';
  return out;
}

Decoded<SurrealNumber> decode_surreal_number(ByteView bytes) {
  if (bytes.empty()) return wrong();
  SurrealNumber number;
  switch (static_cast<std::uint8_t>(bytes.front())) {
    case marker_zero:
      return number;
    case marker_not_a_number:
      number.number_class = SurrealNumber::Class::not_a_number;
      return number;
    case marker_infinity:
    case marker_minus_infinity:
      number.number_class = SurrealNumber::Class::infinity;
      number.is_negative = static_cast<std::uint8_t>(bytes.front()) == marker_minus_infinity;
      return number;
    case marker_positive:
      return finite_number(bytes.substr(1), false);
    case marker_negative:
      return finite_number(bytes.substr(1), true);
    default:
      return wrong();
  }
}

bool is_within_its_kind(const SurrealNumber& number) noexcept {
  if (number.digits.empty()) return true;
  const int first = number.exponent + static_cast<int>(number.digits.size()) - 1;
  switch (number.kind) {
    case SurrealNumber::Kind::integer:
      return number.exponent >= 0 && first <= 18;
    case SurrealNumber::Kind::floating:
      return first >= -324 && first <= 308;
    case SurrealNumber::Kind::decimal:
      return first >= -28 && first <= 28;
  }
  return false;
}

std::int64_t integer_of(const SurrealNumber& number) {
  std::uint64_t magnitude = 0;
  std::from_chars(number.digits.data(), number.digits.data() + number.digits.size(), magnitude);
  for (int i = 0; i < number.exponent; ++i) magnitude *= 10;
  return static_cast<std::int64_t>(number.is_negative ? 0 - magnitude : magnitude);
}

}  // namespace persist::formats
