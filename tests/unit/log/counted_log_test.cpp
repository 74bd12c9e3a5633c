#include <persist/formats/log_header.hpp>
#include <persist/formats/record.hpp>

#include "log/legacy_counted_log.hpp"
#include "support/catch.hpp"
#include "support/string_file.hpp"

namespace persist::log {
namespace {

struct Written {
  std::string key;
  Version version = 0;
  std::string value = "value";
};

std::string bytes_of(const std::vector<Written>& records) {
  std::string bytes;
  for (const auto& [key, version, value] : records) {
    formats::append_record(bytes, {key, version, value});
  }
  return bytes;
}

// A record for each version.
std::vector<Written> commits_of(Version first, Version last) {
  std::vector<Written> records;
  for (Version version = first; version <= last; ++version) {
    records.push_back({"key:" + std::to_string(version % 7), version});
  }
  return records;
}

std::optional<std::uint64_t> end_of(const std::string& bytes) {
  test::StringFile file(bytes);
  const auto end = counted_log_end(file, 0, bytes.size());
  REQUIRE(end);
  return *end;
}

bool is_counted(const std::vector<Written>& records) {
  return end_of(bytes_of(records)).has_value();
}

TEST_CASE("a log that has each number once proves that it is sound") {
  const std::string bytes = bytes_of(commits_of(1, 40));
  CHECK(end_of(bytes) == bytes.size());
}

TEST_CASE("commits that overtook each other prove it, too") {
  auto records = commits_of(1, 40);
  std::swap(records[10], records[17]);
  std::swap(records[30], records[31]);
  CHECK(is_counted(records));
}

TEST_CASE("a number that is missing, or there twice, proves nothing") {
  auto records = commits_of(1, 40);
  const std::size_t at = GENERATE(0, 20, 36);
  const bool is_twice = GENERATE(true, false);
  if (is_twice) {
    records.push_back(records[at]);
  } else {
    records.erase(records.begin() + static_cast<std::ptrdiff_t>(at));
  }
  CHECK_FALSE(is_counted(records));
}

TEST_CASE("where a log was cut, numbers near that end may be missing") {
  const std::size_t missing = GENERATE(3, 77);
  auto records = commits_of(100, 180);
  records.erase(records.begin() + static_cast<std::ptrdiff_t>(missing));
  CHECK(is_counted(records));
  records.erase(records.begin() + 50);
  CHECK_FALSE(is_counted(records));
}

TEST_CASE("so few commits prove nothing") {
  CHECK_FALSE(is_counted(commits_of(1, 7)));
  CHECK(is_counted(commits_of(1, 8)));
}

TEST_CASE("a clock's versions prove nothing") {
  CHECK_FALSE(is_counted(commits_of(1'795'000'000'000'000'000, 1'795'000'000'000'000'040)));
}

TEST_CASE("keys that do not ascend in a commit prove nothing") {
  auto records = commits_of(1, 40);
  records.insert(records.begin() + 20, {"z", records[20].version});
  CHECK_FALSE(is_counted(records));
}

TEST_CASE("a value that ends in a record of its own commit may have swallowed it") {
  auto records = commits_of(1, 40);
  Written& record = records[20];
  const Version version = GENERATE(21, 30);
  record.value += bytes_of({{"sibling", version}});
  CHECK(is_counted(records) == (version != record.version));
}

TEST_CASE("a first key that ends in another one may have swallowed a record's beginning") {
  auto records = commits_of(1, 40);
  records[0].key = "remains\5key:1";
  CHECK_FALSE(is_counted(records));
}

TEST_CASE("what the log's end cuts may have been damaged long before") {
  const std::string bytes = bytes_of(commits_of(1, 40));
  CHECK_FALSE(end_of(bytes + bytes.substr(0, 5)));
}

TEST_CASE("a log that became shorter proves nothing") {
  const std::string bytes = bytes_of(commits_of(1, 40));
  test::StringFile file(bytes);
  const auto end = counted_log_end(file, 0, bytes.size() + 100);
  REQUIRE(end);
  CHECK_FALSE(*end);
}

TEST_CASE("a framed part ends a legacy one, and nothing else does") {
  const std::string bytes = bytes_of(commits_of(1, 40));
  std::string header;
  formats::append_log_header(header, formats::FrameVersion::v2);
  CHECK(end_of(bytes + header) == bytes.size());
  CHECK_FALSE(end_of(bytes + "\xFE no record"));
}

}  // namespace
}  // namespace persist::log
