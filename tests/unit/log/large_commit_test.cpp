// Commits that are longer than what is taken into memory before a checksum vouches for it.
#include <persist/forecast.hpp>
#include <persist/log_builder.hpp>
#include <persist/log_reader.hpp>

#include "support/catch.hpp"
#include "support/real_files.hpp"
#include "support/string_file.hpp"

using namespace persist;
using namespace persist::test;

namespace {

constexpr std::size_t value_bytes = std::size_t{3} << 20U;

struct LargeLog {
  std::string bytes;
  std::uint64_t large_at = 0;      // where the large commit, the second of three, begins
  std::uint64_t large_length = 0;  // of its frame
};

LargeLog large_log(LogFormat format) {
  LargeLog log;
  LogBuilder builder(format, [&](ByteView part) -> Result<> {
    log.bytes.append(part);
    return {};
  });
  REQUIRE(builder.begin());
  const std::string value(value_bytes, 'v');
  const std::vector<formats::RecordView> first{{"a", 1, "one"}};
  const std::vector<formats::RecordView> second{{"b", 2, value}, {"c", 2, value}, {"d", 2, ""}};
  const std::vector<formats::RecordView> third{{"e", 3, "three"}};
  REQUIRE(builder.add(first));
  log.large_at = log.bytes.size();
  REQUIRE(builder.add(second));
  log.large_length = log.bytes.size() - log.large_at;
  REQUIRE(builder.add(third));
  return log;
}

GatheringSink gather(const std::string& bytes) {
  StringFile file(bytes);
  GatheringSink sink;
  REQUIRE(read_log(file, {}, sink));
  return sink;
}

std::vector<Version> versions_of(const GatheringSink& sink) {
  std::vector<Version> versions;
  for (const CommitLine& commit : sink.commits) versions.push_back(commit.version);
  return versions;
}

EngineForecast forecast_of(const std::string& bytes, ReleaseLine line) {
  StringFile file(bytes);
  const auto found = forecast(&file, nullptr, {});
  REQUIRE(found);
  return (*found)[static_cast<std::size_t>(line)];
}

}  // namespace

TEST_CASE("a commit of several MiB is read whole, between small ones") {
  const auto format = GENERATE(LogFormat::legacy, LogFormat::framed_1, LogFormat::framed_2);
  const LargeLog log = large_log(format);
  const GatheringSink sink = gather(log.bytes);
  CHECK(sink.damage.empty());
  CHECK(versions_of(sink).front() == 1);
  CHECK(versions_of(sink).back() == 3);
  const Rows rows = sink.rows();
  CHECK(rows.size() == 5);
  CHECK(rows.at("c") == std::string(value_bytes, 'v'));
}

TEST_CASE(
    "of a commit of several MiB with a flipped bit nothing is taken, and those around it are") {
  const auto format = GENERATE(LogFormat::framed_1, LogFormat::framed_2);
  LargeLog log = large_log(format);
  const std::uint64_t at = GENERATE(4'000'000U, 17U);
  char& byte = log.bytes[static_cast<std::size_t>(log.large_at + at)];
  byte = static_cast<char>(byte ^ 4);
  const GatheringSink sink = gather(log.bytes);
  CHECK(versions_of(sink) == std::vector<Version>{1, 3});
  REQUIRE(sink.damage.size() == 1);
  CHECK(sink.damage.front().offset == log.large_at);
  CHECK(sink.damage.front().length == log.large_length);
}

TEST_CASE("every engine that reads frames takes a commit of several MiB whole or not at all") {
  const LargeLog sound = large_log(LogFormat::framed_1);
  std::string damaged = sound.bytes;
  damaged[static_cast<std::size_t>(sound.large_at + 4'000'000)] = 'w';
  for (const ReleaseLine line : {ReleaseLine::v1_0, ReleaseLine::v1_1}) {
    const EngineForecast whole = forecast_of(sound.bytes, line);
    CHECK(whole.opens);
    CHECK(whole.commits_lost == 0);
    const EngineForecast without = forecast_of(damaged, line);
    CHECK((!without.opens || without.commits_lost > 0));
  }
}

namespace {

class CountingFile final : public StringFile {
 public:
  using StringFile::StringFile;
  Result<std::size_t> read_at(std::uint64_t offset, std::span<char> into) override {
    ++reads;
    return StringFile::read_at(offset, into);
  }
  std::size_t reads = 0;
};

}  // namespace

TEST_CASE("a legacy commit of any size is read in a few pieces, each larger than the last") {
  std::string bytes;
  for (std::size_t i = 0; bytes.size() < (std::size_t{16} << 20U); ++i) {
    formats::append_record(bytes, {"key" + std::to_string(1'000'000 + i), 1, "a value"});
  }
  CountingFile file(std::move(bytes));
  GatheringSink sink;
  REQUIRE(read_log(file, {}, sink));
  CHECK(sink.commits.size() == 1);
  CHECK(file.reads < 40);
}
