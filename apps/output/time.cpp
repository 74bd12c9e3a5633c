#include "output/time.hpp"

#include <fmt/format.h>

#include <charconv>
#include <chrono>
#include <optional>

namespace persist::app {
namespace {

constexpr std::uint64_t ns_per_second = 1'000'000'000;

// Takes exactly `digits` digits off the front.
std::optional<int> take_digits(std::string_view& text, std::size_t digits) {
  int value = 0;
  if (text.size() < digits) return std::nullopt;
  const auto [end, error] = std::from_chars(text.data(), text.data() + digits, value);
  if (error != std::errc{} || end != text.data() + digits || text[0] == '-') return std::nullopt;
  text.remove_prefix(digits);
  return value;
}

bool take(std::string_view& text, std::string_view any_of) {
  if (text.empty() || any_of.find(text[0]) == std::string_view::npos) return false;
  text.remove_prefix(1);
  return true;
}

std::optional<std::int64_t> take_date(std::string_view& text) {
  const auto year = take_digits(text, 4);
  if (!year || !take(text, "-")) return std::nullopt;
  const auto month = take_digits(text, 2);
  if (!month || !take(text, "-")) return std::nullopt;
  const auto day = take_digits(text, 2);
  if (!day) return std::nullopt;
  const std::chrono::year_month_day date{std::chrono::year(*year),
                                         std::chrono::month(static_cast<unsigned>(*month)),
                                         std::chrono::day(static_cast<unsigned>(*day))};
  if (!date.ok()) return std::nullopt;
  return std::chrono::sys_days(date).time_since_epoch().count();
}

// "HH:MM", in seconds.
std::optional<std::int64_t> take_hours_and_minutes(std::string_view& text) {
  const auto hours = take_digits(text, 2);
  if (!hours || *hours > 23 || !take(text, ":")) return std::nullopt;
  const auto minutes = take_digits(text, 2);
  if (!minutes || *minutes > 59) return std::nullopt;
  return *hours * 3600 + *minutes * 60;
}

std::optional<std::uint64_t> take_fraction_ns(std::string_view& text) {
  if (!take(text, ".")) return 0;
  std::uint64_t value = 0;
  int digits = 0;
  while (!text.empty() && text[0] >= '0' && text[0] <= '9') {
    if (digits < 9) {
      value = value * 10 + static_cast<std::uint64_t>(text[0] - '0');
      ++digits;
    }
    text.remove_prefix(1);
  }
  if (digits == 0) return std::nullopt;
  for (; digits < 9; ++digits) value *= 10;
  return value;
}

std::optional<std::int64_t> take_zone(std::string_view& text) {
  if (take(text, "Zz")) return 0;
  const bool west = text.starts_with('-');
  if (!take(text, "+-")) return std::nullopt;
  const auto offset = take_hours_and_minutes(text);
  if (!offset) return std::nullopt;
  return west ? -*offset : *offset;
}

}  // namespace

std::expected<std::uint64_t, std::string_view> parse_rfc3339(std::string_view text) {
  constexpr std::unexpected<std::string_view> no_time("");
  const auto day = take_date(text);
  if (!day) return no_time;
  std::int64_t seconds = *day * 86'400;
  std::uint64_t fraction = 0;
  if (!text.empty()) {
    if (!take(text, "Tt ")) return no_time;
    const auto minutes = take_hours_and_minutes(text);
    if (!minutes || !take(text, ":")) return no_time;
    const auto second = take_digits(text, 2);
    if (!second || *second > 60) return no_time;
    const auto fraction_ns = take_fraction_ns(text);
    if (!fraction_ns) return no_time;
    if (text.empty()) return std::unexpected("has no zone; add Z for UTC, or one such as +02:00");
    const auto zone = take_zone(text);
    if (!zone || !text.empty()) return no_time;
    seconds += *minutes + *second - *zone;
    fraction = *fraction_ns;
  }
  constexpr std::int64_t last_second = INT64_C(18'446'744'072);  // what 64 bits of ns hold
  if (seconds < 0) return std::unexpected("is before 1970, when versions that are times begin");
  if (seconds > last_second) return std::unexpected("is after 2554, when versions end");
  return static_cast<std::uint64_t>(seconds) * ns_per_second + fraction;
}

std::uint64_t now_ns() {
  const auto now = std::chrono::system_clock::now().time_since_epoch();
  return static_cast<std::uint64_t>(
      std::chrono::duration_cast<std::chrono::nanoseconds>(now).count());
}

std::string duration_text(double seconds) {
  if (seconds < 0.001) return fmt::format("{:.0f} us", seconds * 1e6);
  if (seconds < 1) return fmt::format("{:.1f} ms", seconds * 1e3);
  if (seconds < 60) return fmt::format("{:.1f} s", seconds);
  const auto whole = static_cast<std::uint64_t>(seconds);
  if (whole < 3600) return fmt::format("{} min {:02} s", whole / 60, whole % 60);
  return fmt::format("{} h {:02} min", whole / 3600, whole / 60 % 60);
}

}  // namespace persist::app
