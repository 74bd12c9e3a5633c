// Logs of a few records give no custom to compare with: what decodes is believed.
#include <persist/formats/frame.hpp>
#include <persist/formats/log_header.hpp>
#include <persist/formats/record.hpp>
#include <persist/log_builder.hpp>
#include <random>

#include "support/catch.hpp"
#include "support/real_files.hpp"
#include "support/string_file.hpp"

using namespace persist;
using namespace persist::test;

TEST_CASE("a short legacy part is read whole though the header behind it is lost") {
  const std::string value(400, 'v');
  const std::vector<RecordView> records{
      {"a", 1, value}, {"b", 1, "1"}, {"a", 2, "2"}, {"b", 3, value}};
  std::string bytes;
  for (const RecordView& record : records) formats::append_record(bytes, record);
  const std::size_t legacy_bytes = bytes.size();
  bytes.resize(1024);  // a sector that never reached the disk: the log's header, and a frame's
  const std::vector<RecordView> first{{"c", 5, "5"}};
  const std::vector<RecordView> second{{"c", 6, "6"}};
  LogBuilder builder(LogFormat::framed_2, [&](ByteView part) -> Result<> {
    if (!part.starts_with('\xFF')) bytes.append(part);
    return {};
  });
  REQUIRE(builder.begin());
  REQUIRE(builder.add(first));
  REQUIRE(builder.add(second));
  StringFile file(bytes);
  GatheringSink sink;
  REQUIRE(read_log(file, {}, sink));
  REQUIRE(sink.commits.size() >= 3);
  CHECK(sink.commits[2].offset + sink.commits[2].length == legacy_bytes);
  CHECK(sink.rows().at("a") == "2");
  CHECK(sink.rows().at("b") == value);
}

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

TEST_CASE(
    "a short legacy log is read whole, whatever its values look like, frames behind it or not") {
  const bool has_frames = GENERATE(false, true);
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
    if (has_frames) {
      formats::append_log_header(bytes, formats::FrameVersion::v2);
      std::string payload;
      formats::append_record(payload, {"later", first + commits, "value"});
      formats::append_frame_header(bytes, payload, 0, formats::FrameVersion::v2);
      bytes += payload;
    }
    StringFile file(bytes);
    GatheringSink sink;
    REQUIRE(read_log(file, {}, sink));
    INFO("round " << round);
    REQUIRE(sink.commits.size() == commits + (has_frames ? 1 : 0));
    REQUIRE(sink.damage.empty());
  }
}

TEST_CASE("a header whose first byte was altered is not taken for the length of a key") {
  std::string bytes;
  for (Version version = 1; version <= 6; ++version) {
    formats::append_record(bytes, {"user:00000000" + std::to_string(version), version, "a value"});
  }
  const std::size_t header_offset = bytes.size();
  LogBuilder builder(LogFormat::framed_2, [&](ByteView part) -> Result<> {
    bytes.append(part);
    return {};
  });
  REQUIRE(builder.begin());
  for (Version version = 7; version <= 9; ++version) {
    const std::vector<RecordView> records{{"taken over", version, "one"}};
    REQUIRE(builder.add(records));
  }
  // As a key's length it leads to the end of the first frame's key, where a version follows.
  const std::size_t in_front_of_key = 7 + 16 + 1;
  bytes[header_offset] = static_cast<char>(in_front_of_key + 10);
  StringFile file(bytes);
  GatheringSink sink;
  REQUIRE(read_log(file, {}, sink));
  CHECK(sink.commits.size() == 9);
  CHECK(sink.rows().size() == 7);
  REQUIRE(sink.damage.size() == 1);
  CHECK(sink.damage.front().offset == header_offset);
}
