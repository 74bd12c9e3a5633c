#include <persist/log_builder.hpp>

#include "support/catch.hpp"

using namespace persist;

namespace {

std::string build(LogFormat format, std::uint64_t synced_to) {
  std::string bytes;
  LogBuilder builder(format, [&](ByteView part) -> Result<> {
    bytes += part;
    return {};
  });
  REQUIRE(builder.begin());
  const std::vector<RecordView> records{{"a", 7, "1"}, {"b", 7, std::nullopt}};
  REQUIRE(builder.add(records, synced_to));
  CHECK(builder.size_bytes() == bytes.size());
  return bytes;
}

// `a` = `1` and `b` deleted, both at version 7.
const std::string payload("\1a\7\1\0011\1b\7\0", 10);

}  // namespace

TEST_CASE("a legacy log is its records and nothing else") {
  CHECK(build(LogFormat::legacy, 0) == payload);
}

TEST_CASE("a framed-1 log is a header, then length, checksum and records") {
  const std::string bytes = build(LogFormat::framed_1, 0);
  CHECK(bytes.substr(0, 8) == "\xFFSMXAOL\1");
  CHECK(bytes.substr(8, 4) == std::string("\x0A\0\0\0", 4));
  CHECK(bytes.substr(16) == payload);
}

TEST_CASE("a framed-2 frame carries the synced length it is given") {
  const std::string bytes = build(LogFormat::framed_2, 0x0102);
  CHECK(bytes.substr(0, 8) == "\xFFSMXAOL\2");
  CHECK(bytes.substr(16, 8) == std::string("\2\1\0\0\0\0\0\0", 8));
  CHECK(bytes.substr(24) == payload);
}

TEST_CASE("a commit that no frame can hold is refused before anything is written") {
  bool was_called = false;
  LogBuilder builder(LogFormat::framed_2, [&](ByteView) -> Result<> {
    was_called = true;
    return {};
  });
  // 70,000 views of one string: their sum is what counts, and nothing copies them.
  const std::string value(1 << 16, 'v');
  std::vector<std::string> keys;
  for (int i = 0; i < 70'000; ++i) keys.push_back(std::to_string(1'000'000 + i));
  std::vector<RecordView> records;
  for (const std::string& key : keys) records.push_back({key, 1, value});
  const auto result = builder.add(records);
  REQUIRE_FALSE(result);
  CHECK(result.error().code == ErrorCode::limit);
  CHECK_FALSE(was_called);
}

TEST_CASE("what the output refuses is handed on") {
  LogBuilder builder(LogFormat::framed_1, [](ByteView) -> Result<> {
    return fail(ErrorCode::no_space, "aol.bin", "the disk is full");
  });
  CHECK(builder.begin().error().code == ErrorCode::no_space);
}
