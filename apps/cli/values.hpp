// Values as they are typed: sizes, durations, instants, byte strings.
#pragma once

#include <chrono>
#include <cstdint>
#include <persist/formats/bytes.hpp>
#include <persist/rewrite.hpp>
#include <string>

#include "cli/parser.hpp"

namespace persist::app {

// A decimal number without sign.
[[nodiscard]] Parsed<std::uint64_t> parse_count(const std::string& text);

// The same, but not 0.
[[nodiscard]] Parsed<std::uint64_t> parse_positive(const std::string& text);

// A number with a fraction allowed, e.g. "12.5" or "30%".
[[nodiscard]] Parsed<double> parse_percent(const std::string& text);

// A number of seconds, a fraction allowed: "5", "0.5".
[[nodiscard]] Parsed<double> parse_seconds(const std::string& text);

// A whole number of milliseconds, from 1 to those of a year.
[[nodiscard]] Parsed<std::chrono::milliseconds> parse_interval(const std::string& text);

// "4096", "256MiB", "2G": K, M, G, T alone or with iB are powers of 1024, with B powers of 1000.
[[nodiscard]] Parsed<std::uint64_t> parse_size(const std::string& text);

// "90s", "15m", "12h", "30d", "2w", "500ms", "1h30m"; in nanoseconds. A bare number is refused.
[[nodiscard]] Parsed<std::uint64_t> parse_duration(const std::string& text);

// Bytes of a key: the text itself, or what follows "base64:" or "hex:".
[[nodiscard]] Parsed<std::string> parse_bytes(const std::string& text);

// VERSION|TIME: digits are a version; RFC 3339, a date alone (midnight, UTC), "now" and
// "now-DURATION" are an instant, in nanoseconds since 1970 as versions of the 0.18 line are.
[[nodiscard]] Parsed<PointInTime> parse_instant(const std::string& text);

}  // namespace persist::app
