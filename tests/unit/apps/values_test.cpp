#include "cli/values.hpp"

#include "support/catch.hpp"

using namespace persist::app;

TEST_CASE("sizes are bytes, powers of 1024, or with a plain B powers of 1000") {
  CHECK(parse_size("4096") == 4096U);
  CHECK(parse_size("256MiB") == 256U << 20U);
  CHECK(parse_size("2G") == 2ULL << 30U);
  CHECK(parse_size("1.5k") == 1536U);
  CHECK(parse_size("1MB") == 1'000'000U);
  CHECK(parse_size("1 GiB") == 1ULL << 30U);
}

TEST_CASE("what is no size is refused") {
  for (const char* text : {"", "G", "-1", "1X", "1GG", "1e3", "99999999999T", "0x10"}) {
    CHECK_FALSE(parse_size(text));
  }
}

TEST_CASE("durations are sums of numbers with units") {
  constexpr std::uint64_t second = 1'000'000'000;
  CHECK(parse_duration("90s") == 90 * second);
  CHECK(parse_duration("1h30m") == 5400 * second);
  CHECK(parse_duration("500ms") == second / 2);
  CHECK(parse_duration("2w") == 14 * 86'400 * second);
  for (const char* text : {"", "5", "s", "5 s", "1h30", "-1h", "99999999w"}) {
    CHECK_FALSE(parse_duration(text));
  }
}

TEST_CASE("counts are whole numbers of 64 bits") {
  CHECK(parse_count("18446744073709551615") == UINT64_MAX);
  for (const char* text : {"", "-1", "+1", "1.0", " 1", "18446744073709551616"}) {
    CHECK_FALSE(parse_count(text));
  }
}

TEST_CASE("percentages lie between 0 and 100") {
  CHECK(parse_percent("30%") == 30.0);
  CHECK(parse_percent("12.5") == 12.5);
  for (const char* text : {"", "%", "101", "-1", "nan", "30%%"}) CHECK_FALSE(parse_percent(text));
}

TEST_CASE("keys are text, or bytes behind a prefix that says how") {
  CHECK(parse_bytes("user:1") == "user:1");
  CHECK(parse_bytes("hex:00ff") == std::string("\0\xff", 2));
  CHECK(parse_bytes("base64:AP8=") == std::string("\0\xff", 2));
  CHECK(parse_bytes("hex:") == "");
  for (const char* text : {"hex:0", "hex:0g", "base64:A", "base64:AP9="}) {
    CHECK_FALSE(parse_bytes(text));
  }
}

TEST_CASE("an instant is a version when it is digits, else a time") {
  CHECK(parse_instant("120")->version == 120);
  CHECK_FALSE(parse_instant("120")->is_instant);
  CHECK(parse_instant("2026-11-22T14:26:02.806745710Z")->version == 1'795'357'562'806'745'710);
  CHECK(parse_instant("2026-11-22T14:26:02Z")->is_instant);
  CHECK(parse_instant("now-1h")->version < parse_instant("now")->version);
  for (const char* text : {"", "yesterday", "now+1h", "-5", "2026-13-01"}) {
    CHECK_FALSE(parse_instant(text));
  }
}
