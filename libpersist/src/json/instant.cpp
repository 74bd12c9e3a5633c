#include "json/instant.hpp"

#include <chrono>

namespace persist::json {
namespace {

constexpr std::uint64_t ns_per_second = 1'000'000'000;

char* put_digits(char* at, std::uint64_t value, int digits) {
  for (int i = digits - 1; i >= 0; --i) {
    at[i] = static_cast<char>('0' + value % 10);
    value /= 10;
  }
  return at + digits;
}

}  // namespace

void append_rfc3339(std::string& out, std::uint64_t nanoseconds_since_1970) {
  const std::uint64_t seconds = nanoseconds_since_1970 / ns_per_second;
  const std::chrono::year_month_day date(
      std::chrono::sys_days(std::chrono::days(static_cast<std::int64_t>(seconds / 86'400))));
  const std::uint64_t of_day = seconds % 86'400;
  char text[rfc3339_length];
  char* at = put_digits(text, static_cast<std::uint64_t>(static_cast<int>(date.year())), 4);
  *at++ = '-';
  at = put_digits(at, static_cast<unsigned>(date.month()), 2);
  *at++ = '-';
  at = put_digits(at, static_cast<unsigned>(date.day()), 2);
  *at++ = 'T';
  at = put_digits(at, of_day / 3600, 2);
  *at++ = ':';
  at = put_digits(at, of_day / 60 % 60, 2);
  *at++ = ':';
  at = put_digits(at, of_day % 60, 2);
  *at++ = '.';
  at = put_digits(at, nanoseconds_since_1970 % ns_per_second, 9);
  *at = 'Z';
  out.append(text, sizeof text);
}

std::string rfc3339(std::uint64_t nanoseconds_since_1970) {
  std::string text;
  append_rfc3339(text, nanoseconds_since_1970);
  return text;
}

}  // namespace persist::json
