#include "output/time.hpp"

#include "support/catch.hpp"

using namespace persist::app;

TEST_CASE("times are RFC 3339 in UTC with nine digits") {
  CHECK(rfc3339(0) == "1970-01-01T00:00:00.000000000Z");
  CHECK(rfc3339(1'795'357'562'806'745'710) == "2026-11-22T14:26:02.806745710Z");
  CHECK(rfc3339(951'782'399'000'000'001) == "2000-02-28T23:59:59.000000001Z");
  CHECK(rfc3339(UINT64_MAX) == "2554-07-21T23:34:33.709551615Z");
}

TEST_CASE("what was printed is read back") {
  for (const std::uint64_t time :
       {0ULL, 1ULL, 1'795'357'562'806'745'710ULL, 951'827'696'000'000'000ULL}) {
    CHECK(parse_rfc3339(rfc3339(time)) == time);
  }
}

TEST_CASE("shorter forms and offsets mean the same instants") {
  const auto noon = parse_rfc3339("2026-11-22T12:00:00Z");
  REQUIRE(noon);
  CHECK(parse_rfc3339("2026-11-22 12:00:00.0z") == noon);
  CHECK(parse_rfc3339("2026-11-22T14:00:00+02:00") == noon);
  CHECK(parse_rfc3339("2026-11-22T06:30:00-05:30") == noon);
  CHECK(parse_rfc3339("2026-11-22") == *noon - 12ULL * 3600 * 1'000'000'000);
  CHECK(parse_rfc3339("2026-11-22T12:00:00.5Z") == *noon + 500'000'000);
  CHECK(parse_rfc3339("2026-11-22T12:00:00.1234567899Z") == *noon + 123'456'789);
}

TEST_CASE("what is no time is none") {
  for (const char* text :
       {"", "2026", "2026-11", "2026-11-31", "2026-02-29", "2026-11-22T", "2026-11-22T25:00:00Z",
        "2026-11-22T12:00Z", "2026-11-22T12:00:00", "2026-11-22T12:00:00.Z", "1969-12-31T23:59:59Z",
        "2026-11-22T12:00:00Zx", "2026-11-22T12:00:00+2:00", "9999-01-01"}) {
    CHECK_FALSE(parse_rfc3339(text));
  }
}

TEST_CASE("durations are for people") {
  CHECK(duration_text(0.0000123) == "12 us");
  CHECK(duration_text(0.0123) == "12.3 ms");
  CHECK(duration_text(1.25) == "1.2 s");
  CHECK(duration_text(125) == "2 min 05 s");
  CHECK(duration_text(3 * 3600 + 20 * 60) == "3 h 20 min");
}
