#include "cli/values.hpp"

#include <array>
#include <charconv>
#include <cmath>

#include "output/bytes.hpp"
#include "output/time.hpp"

namespace persist::app {
namespace {

struct Unit {
  std::string_view name;
  std::uint64_t factor;
};

constexpr std::uint64_t kib = 1024;
constexpr std::array size_units{
    Unit{"", 1},
    Unit{"B", 1},
    Unit{"K", kib},
    Unit{"KiB", kib},
    Unit{"KB", 1000},
    Unit{"M", kib* kib},
    Unit{"MiB", kib* kib},
    Unit{"MB", 1'000'000},
    Unit{"G", kib* kib* kib},
    Unit{"GiB", kib* kib* kib},
    Unit{"GB", 1'000'000'000},
    Unit{"T", kib* kib* kib* kib},
    Unit{"TiB", kib* kib* kib* kib},
    Unit{"TB", 1'000'000'000'000},
};

constexpr std::uint64_t second = 1'000'000'000;
constexpr std::array duration_units{
    Unit{"ns", 1},
    Unit{"us", 1000},
    Unit{"ms", 1'000'000},
    Unit{"s", second},
    Unit{"m", 60 * second},
    Unit{"min", 60 * second},
    Unit{"h", 3600 * second},
    Unit{"d", 86'400 * second},
    Unit{"w", 7 * 86'400 * second},
};

bool same_letters(std::string_view a, std::string_view b) {
  const auto lower = [](char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c; };
  if (a.size() != b.size()) return false;
  for (std::size_t i = 0; i < a.size(); ++i) {
    if (lower(a[i]) != lower(b[i])) return false;
  }
  return true;
}

template <std::size_t N>
const Unit* find_unit(const std::array<Unit, N>& units, std::string_view name) {
  for (const Unit& unit : units) {
    if (same_letters(unit.name, name)) return &unit;
  }
  return nullptr;
}

// "1.5" of a unit, as a whole number. None when it does not fit 64 bits.
std::optional<std::uint64_t> scaled(std::string_view number, std::uint64_t factor) {
  std::uint64_t whole = 0;
  const auto [end, error] = std::from_chars(number.data(), number.data() + number.size(), whole);
  if (error == std::errc{} && end == number.data() + number.size()) {
    std::uint64_t product = 0;
    if (__builtin_mul_overflow(whole, factor, &product)) return std::nullopt;
    return product;
  }
  double fraction = 0;
  const auto parsed = std::from_chars(number.data(), number.data() + number.size(), fraction);
  if (parsed.ec != std::errc{} || parsed.ptr != number.data() + number.size()) return std::nullopt;
  const double value = fraction * static_cast<double>(factor);
  if (!(value >= 0) || value >= 18'446'744'073'709'549'568.0) return std::nullopt;
  return static_cast<std::uint64_t>(std::llround(value));
}

// With a fraction allowed; none when it is anything else.
std::optional<double> number_up_to(std::string_view text, double most) {
  double value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc{} || end != text.data() + text.size()) return std::nullopt;
  if (!(value >= 0 && value <= most)) return std::nullopt;
  return value;
}

constexpr double max_seconds = 366.0 * 24 * 3600;

std::size_t number_length(std::string_view text) {
  const std::size_t end = text.find_first_not_of("0123456789.");
  return std::min(end, text.size());
}

}  // namespace

Parsed<std::uint64_t> parse_count(const std::string& text) {
  std::uint64_t value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error == std::errc::result_out_of_range) return std::unexpected("is above 2^64-1");
  if (error != std::errc{} || end != text.data() + text.size()) {
    return std::unexpected("is not a whole number");
  }
  return value;
}

Parsed<std::uint64_t> parse_positive(const std::string& text) {
  const auto count = parse_count(text);
  if (count && *count == 0) return std::unexpected("must be 1 or more");
  return count;
}

Parsed<double> parse_percent(const std::string& text) {
  const std::string_view number(text.data(), text.ends_with('%') ? text.size() - 1 : text.size());
  const auto value = number_up_to(number, 100);
  if (!value) return std::unexpected("is not a percentage from 0 to 100");
  return *value;
}

Parsed<double> parse_seconds(const std::string& text) {
  const auto value = number_up_to(text, max_seconds);
  if (!value) return std::unexpected("is not a number of seconds up to a year");
  return *value;
}

Parsed<std::chrono::milliseconds> parse_interval(const std::string& text) {
  constexpr auto most = static_cast<std::uint64_t>(max_seconds) * 1000;
  const auto count = parse_count(text);
  if (!count || *count == 0 || *count > most) {
    return std::unexpected("is not a number of milliseconds from 1 to " + std::to_string(most) +
                           ", a year");
  }
  return std::chrono::milliseconds(static_cast<std::int64_t>(*count));
}

Parsed<std::uint64_t> parse_size(const std::string& text) {
  const std::size_t digits = number_length(text);
  std::string_view unit_name = std::string_view(text).substr(digits);
  while (unit_name.starts_with(' ')) unit_name.remove_prefix(1);
  const Unit* unit = find_unit(size_units, unit_name);
  if (digits == 0 || unit == nullptr) {
    return std::unexpected(
        "is not a size; write bytes, or a number with K, M, G or T (256MiB, 2G)");
  }
  const auto bytes = scaled(std::string_view(text).substr(0, digits), unit->factor);
  if (!bytes) return std::unexpected("is not a size that 64 bits can hold");
  return *bytes;
}

Parsed<std::uint64_t> parse_duration(const std::string& text) {
  std::uint64_t total = 0;
  std::string_view rest = text;
  while (!rest.empty()) {
    const std::size_t digits = number_length(rest);
    const std::string_view number = rest.substr(0, digits);
    rest.remove_prefix(digits);
    const std::size_t letters = std::min(rest.find_first_of("0123456789."), rest.size());
    const Unit* unit = find_unit(duration_units, rest.substr(0, letters));
    const auto part = unit == nullptr ? std::nullopt : scaled(number, unit->factor);
    if (digits == 0 || !part || __builtin_add_overflow(total, *part, &total)) {
      return std::unexpected(
          "is not a duration; write a number and a unit (90s, 15m, 12h, 30d, 2w)");
    }
    rest.remove_prefix(letters);
  }
  if (text.empty()) return std::unexpected("is not a duration");
  return total;
}

Parsed<std::string> parse_bytes(const std::string& text) {
  constexpr std::string_view base64_prefix = "base64:";
  constexpr std::string_view hex_prefix = "hex:";
  if (text.starts_with(base64_prefix)) {
    auto bytes = decode_base64(std::string_view(text).substr(base64_prefix.size()));
    if (!bytes) return std::unexpected("is not valid base64");
    return *std::move(bytes);
  }
  if (text.starts_with(hex_prefix)) {
    auto bytes = decode_hex(std::string_view(text).substr(hex_prefix.size()));
    if (!bytes) return std::unexpected("is not valid hexadecimal");
    return *std::move(bytes);
  }
  return text;
}

Parsed<PointInTime> parse_instant(const std::string& text) {
  const auto version = parse_count(text);
  if (version) return PointInTime{*version, false};
  if (text.find_first_not_of("0123456789") == std::string::npos && !text.empty()) {
    return std::unexpected(version.error());
  }
  if (text == "now") return PointInTime{now_ns(), true};
  if (text.starts_with("now-")) {
    const auto ago = parse_duration(text.substr(4));
    const std::uint64_t now = now_ns();
    if (ago && *ago <= now) return PointInTime{now - *ago, true};
    if (!ago) return std::unexpected(ago.error());
    return std::unexpected("is before 1970, when versions that are times begin");
  }
  const auto time = parse_rfc3339(text);
  if (time) return PointInTime{*time, true};
  if (!time.error().empty()) return std::unexpected(std::string(time.error()));
  return std::unexpected(
      "is neither a version nor a time; write digits, or 2026-11-22T18:20:00Z, or now-2h");
}

}  // namespace persist::app
