// Logs of a few records give no custom to compare with: what decodes is believed.
#include <persist/formats/record.hpp>
#include <random>

#include "support/catch.hpp"
#include "support/real_files.hpp"
#include "support/string_file.hpp"

using namespace persist;
using namespace persist::test;

TEST_CASE("a legacy log of one to three records is read whole, whatever its keys") {
  const std::vector<RecordView> records{
      {"a", 1, "1"}, {"user:0001", 2, "value"}, {"", 3, std::nullopt}};
  for (std::size_t first = 0; first < records.size(); ++first) {
    for (std::size_t count = 1; first + count <= records.size(); ++count) {
      std::string bytes;
      for (std::size_t i = first; i < first + count; ++i) formats::append_record(bytes, records[i]);
      StringFile file(bytes);
      GatheringSink sink;
      REQUIRE(read_log(file, {}, sink));
      INFO("records " << first << " to " << first + count - 1);
      CHECK(sink.commits.size() == count);
      CHECK(sink.damage.empty());
    }
  }
}

TEST_CASE("a short legacy log is read whole, whatever its values look like") {
  std::mt19937_64 random(1);
  const auto random_bytes = [&random](std::size_t length) {
    std::string bytes(length, '\0');
    for (char& byte : bytes) byte = static_cast<char>(random());
    return bytes;
  };
  for (int round = 0; round < 2000; ++round) {
    std::string bytes;
    const Version first = 1 + random() % 100;
    const Version commits = 1 + random() % 3;
    for (Version version = first; version < first + commits; ++version) {
      for (char letter = 'a'; letter < 'f'; ++letter) {
        const std::string key = letter + random_bytes(random() % 12);
        const std::string value = random_bytes(random() % 600);
        formats::append_record(bytes, {key, version, value});
      }
    }
    StringFile file(bytes);
    GatheringSink sink;
    REQUIRE(read_log(file, {}, sink));
    INFO("round " << round);
    REQUIRE(sink.commits.size() == commits);
    REQUIRE(sink.damage.empty());
  }
}

TEST_CASE("a value that a damaged length made swallow the next record is not believed") {
  std::string bytes;
  formats::append_record(bytes, {"a", 1, "1"});
  const std::size_t length_at = bytes.size() + 4;
  formats::append_record(bytes, {"b", 2, "value"});
  const std::size_t swallowed_from = bytes.size();
  formats::append_record(bytes, {"c", 2, "value"});
  bytes[length_at] = static_cast<char>(5 + bytes.size() - swallowed_from);
  for (Version version = 3; version < 20; ++version) {
    formats::append_record(bytes, {"d", version, "value"});
  }
  StringFile file(bytes);
  GatheringSink sink;
  REQUIRE(read_log(file, {}, sink));
  CHECK_FALSE(sink.damage.empty());
}
