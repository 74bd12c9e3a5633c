#include <persist/formats/frame.hpp>
#include <persist/formats/log_header.hpp>
#include <persist/formats/record.hpp>
#include <persist/log_reader.hpp>

#include "support/catch.hpp"
#include "support/real_files.hpp"
#include "support/string_file.hpp"
#include "support/temporary_directory.hpp"

using namespace persist;
using namespace persist::test;

namespace {

GatheringSink gather_file(const std::string& path) {
  GatheringSink sink;
  auto file = posix_file_system().open(path, OpenMode::read);
  REQUIRE(file);
  REQUIRE(read_log(**file, {}, sink));
  return sink;
}

}  // namespace

TEST_CASE("every commit of a sound framed log is read at its place, and no damage") {
  const std::string line = GENERATE("engine-1.0", "engine-1.1");
  for (const std::string& directory : directories_in(line)) {
    if (directory.ends_with("doubled-header") ||
        directory.find("upgraded-from-0.27") != std::string::npos)
      continue;
    INFO(directory);
    const GatheringSink sink = gather_file(testdata(directory + "/aol.bin"));
    CHECK(sink.commits == read_commit_lines(testdata(directory + "/commits.ndjson")));
    CHECK(sink.damage.empty());
  }
}

TEST_CASE(
    "a frame of the right checksum that holds no commit is damage, last or not, and is passed") {
  const auto version = GENERATE(formats::FrameVersion::v1, formats::FrameVersion::v2);
  const auto frame = [&](ByteView payload) {
    std::string bytes;
    formats::append_frame(bytes, payload, 8, version);
    return bytes;
  };
  const auto commit = [&](Version at, std::string key) {
    std::string payload;
    formats::append_record(payload, {key, at, "value"});
    return frame(payload);
  };
  // A tag that is none, two versions, keys that descend, and more than is hashed at once.
  const std::string impossible =
      GENERATE(std::string("\1c\3\2\1x", 6), std::string("\1a\3\0\1b\4\0", 8),
               std::string("\1b\3\0\1a\3\0", 8), std::string(700'000, '\xFF'));
  const bool is_last = GENERATE(true, false);
  std::string log;
  formats::append_log_header(log, version);
  log += commit(1, "a") + commit(2, "b");
  const std::uint64_t offset = log.size();
  log += frame(impossible);
  const std::uint64_t length = log.size() - offset;
  if (!is_last) log += commit(4, "c");
  GatheringSink sink;
  StringFile file(log);
  REQUIRE(read_log(file, {}, sink));
  CHECK(sink.commits.size() == (is_last ? 2 : 3));
  REQUIRE(sink.damage.size() == 1);
  CHECK(sink.damage[0].code == DamageCode::damaged_frame);
  CHECK(sink.damage[0].was_written_so);
  CHECK_FALSE(sink.damage[0].is_torn_tail);
  CHECK(sink.damage[0].offset == offset);
  CHECK(sink.damage[0].length == length);
}

namespace {

std::string real_log(formats::FrameVersion version) {
  const std::string line = version == formats::FrameVersion::v1 ? "engine-1.0" : "engine-1.1";
  return read_whole_file(testdata(line + "/log/aol.bin"));
}

// The damage at the end of a log whose other commits are whole.
Damage damage_at_end_of(const std::string& log) {
  GatheringSink sink;
  StringFile file(log);
  REQUIRE(read_log(file, {}, sink));
  CHECK(sink.commits.size() == 119);
  REQUIRE(sink.damage.size() == 1);
  return sink.damage[0];
}

}  // namespace

TEST_CASE("a last frame with an altered byte is lost, and no interrupted write") {
  std::string log = real_log(GENERATE(formats::FrameVersion::v1, formats::FrameVersion::v2));
  const std::size_t zeros_behind = GENERATE(0, 1, 4096);
  log[log.size() - 5] ^= 4;
  const Damage damage = damage_at_end_of(log + std::string(zeros_behind, '\0'));
  CHECK(damage.code == DamageCode::damaged_frame);
  CHECK_FALSE(damage.is_torn_tail);
  CHECK(damage.may_hold_commits);
}

TEST_CASE("a last frame that lacks bytes is what an interrupted write leaves") {
  std::string log = real_log(GENERATE(formats::FrameVersion::v1, formats::FrameVersion::v2));
  log.resize(log.size() - GENERATE(1, 5, 60));
  const std::size_t zeros_behind = GENERATE(0, 100);
  const Damage damage = damage_at_end_of(log + std::string(zeros_behind, '\0'));
  CHECK(damage.code == DamageCode::torn_frame);
  CHECK(damage.is_torn_tail);
}

TEST_CASE("a last frame with a page of zeros in it, or at its end, was not written whole") {
  std::string log = real_log(GENERATE(formats::FrameVersion::v1, formats::FrameVersion::v2));
  const auto [from_end, length] = GENERATE(std::pair(2, 2), std::pair(60, 60), std::pair(60, 40));
  log.replace(log.size() - static_cast<std::size_t>(from_end), static_cast<std::size_t>(length),
              static_cast<std::size_t>(length), '\0');
  CHECK(damage_at_end_of(log).is_torn_tail);
}

TEST_CASE("every commit that is whole in a damaged framed log is read, and none is invented") {
  const std::string line = GENERATE("damaged/1.0", "damaged/1.1");
  for (const std::string& directory : directories_in(line)) {
    INFO(directory);
    const GatheringSink sink = gather_file(testdata(directory + "/aol.bin"));
    CHECK(sink.rows() == read_rows(testdata(directory + "/expected-after-repair.ndjson")));
    CHECK_FALSE(sink.damage.empty());
  }
}
