#include "recover/log_rewrite.hpp"

#include <numeric>
#include <persist/state.hpp>

#include "support/catch.hpp"
#include "support/real_files.hpp"
#include "support/temporary_directory.hpp"

using namespace persist;
using namespace persist::test;

namespace {

struct Repaired {
  RepairPlan plan;
  recover::LogSurvey survey;
  recover::WrittenLog written;
  std::string bytes;
};

Repaired repair(const std::string& path, const RepairOptions& options = {}) {
  Repaired result;
  auto file = posix_file_system().open(path, OpenMode::read);
  REQUIRE(file);
  auto survey = recover::survey_log(**file, options, nullptr, result.plan);
  REQUIRE(survey);
  result.survey = *std::move(survey);
  const recover::Rules rules{options.strict,
                             recover::version_limit_of(&result.survey.summary, nullptr)};
  File* const source = file->get();
  const auto written = recover::rewrite_log(std::span(&source, 1), result.survey, rules, options,
                                            [&](ByteView bytes) -> Result<> {
                                              result.bytes += bytes;
                                              return {};
                                            });
  REQUIRE(written);
  result.written = *written;
  return result;
}

Repaired repair_bytes(ByteView bytes, const RepairOptions& options = {}) {
  const TemporaryDirectory directory;
  write_file(directory / "aol.bin", bytes);
  return repair(directory / "aol.bin", options);
}

// A log of single sets, all of one key, of these versions in this order; value = version.
std::string log_of(LogFormat format, const std::vector<Version>& versions) {
  std::string bytes;
  LogBuilder builder(format, [&](ByteView part) -> Result<> {
    bytes += part;
    return {};
  });
  REQUIRE(builder.begin());
  for (const Version version : versions) {
    const std::string value = "the value of version " + std::to_string(version);
    const RecordView record{"user:0001", version, value};
    REQUIRE(builder.add(std::span(&record, 1)));
  }
  return bytes;
}

std::vector<Version> versions_in(ByteView bytes) {
  const TemporaryDirectory directory;
  write_file(directory / "aol.bin", bytes);
  auto file = posix_file_system().open(directory / "aol.bin", OpenMode::read);
  GatheringSink sink;
  REQUIRE(read_log(**file, {}, sink));
  CHECK(sink.damage.empty());
  std::vector<Version> versions;
  for (const CommitLine& commit : sink.commits) versions.push_back(commit.version);
  return versions;
}

}  // namespace

TEST_CASE("a sound log needs nothing, and its commits are written as they were") {
  const std::string name =
      GENERATE("engine-0.18/log", "engine-0.27/log-binary-keys", "engine-1.0/upgraded-from-0.27",
               "engine-1.0/log-async", "engine-1.1/log", "engine-1.1/log-every-fsync-4-writers",
               "engine-1.1/upgraded-from-0.27", "surrealdb-3.0.2/sync");
  INFO(name);
  const std::string path = testdata(name + "/aol.bin");
  const Repaired repaired = repair(path);
  CHECK_FALSE(repaired.plan.log.rewrite);
  CHECK(repaired.plan.lost.empty());
  CHECK(repaired.bytes == read_whole_file(path));
}

TEST_CASE("a log with two headers keeps every commit behind one") {
  const std::string path = testdata("engine-1.0/doubled-header/aol.bin");
  const Repaired repaired = repair(path);
  CHECK(repaired.plan.log.rewrite);
  CHECK(repaired.plan.lost.empty());
  CHECK(repaired.bytes.size() + 8 == read_whole_file(path).size());
  CHECK(versions_in(repaired.bytes).size() == repaired.plan.recovered_commits);
}

TEST_CASE("a missing header is put before the frames") {
  const std::string sound = log_of(LogFormat::framed_2, {1, 2, 3});
  const Repaired repaired = repair_bytes(ByteView(sound).substr(8));
  CHECK(repaired.plan.log.rewrite);
  CHECK(repaired.bytes == sound);
}

TEST_CASE("a damaged frame is left out, counted, and nothing else") {
  std::string bytes = log_of(LogFormat::framed_2, {1, 2, 3, 4, 5});
  const std::size_t frame = (bytes.size() - 8) / 5;
  bytes[8 + 2 * frame + 17] ^= 0x40;
  const Repaired repaired = repair_bytes(bytes);
  CHECK(versions_in(repaired.bytes) == std::vector<Version>{1, 2, 4, 5});
  REQUIRE(repaired.plan.lost.size() == 1);
  CHECK(repaired.plan.lost[0].offset == 8 + 2 * frame);
  CHECK(repaired.plan.lost[0].length == frame);
  CHECK(repaired.plan.lost_commits == 1);
  CHECK(repaired.plan.commits_behind_damage == 2);
}

TEST_CASE("dense versions tell how many commits a damaged range took") {
  std::string bytes = log_of(LogFormat::framed_1, {1, 2, 3, 4, 5, 6});
  const std::size_t frame = (bytes.size() - 8) / 6;
  for (std::size_t i = 0; i < 3 * frame; ++i) bytes[8 + frame + i] = '\x55';
  const Repaired repaired = repair_bytes(bytes);
  CHECK(versions_in(repaired.bytes) == std::vector<Version>{1, 5, 6});
  CHECK(repaired.plan.lost_commits == 3);
  CHECK(repaired.plan.lost_bytes == 3 * frame);
}

TEST_CASE("foreign bytes between dense versions took no commit with them") {
  std::string bytes = log_of(LogFormat::framed_2, {1, 2, 3, 4, 5});
  const std::size_t frame = (bytes.size() - 8) / 5;
  bytes.insert(8 + 2 * frame, std::string(40, '\x55'));
  const Repaired repaired = repair_bytes(bytes);
  CHECK(versions_in(repaired.bytes) == std::vector<Version>{1, 2, 3, 4, 5});
  CHECK(repaired.plan.lost_commits == 0);
  CHECK(repaired.plan.lost_bytes == 40);
}

TEST_CASE("foreign bytes behind a version that came late may have held one") {
  std::string bytes = log_of(LogFormat::framed_2, {1, 3, 2, 4, 5});
  const std::size_t frame = (bytes.size() - 8) / 5;
  bytes.insert(8 + 4 * frame, std::string(40, '\x55'));
  CHECK(repair_bytes(bytes).plan.lost_commits == 1);
}

TEST_CASE("of a moved stretch only the commits that are nowhere count as lost") {
  const Repaired repaired = repair(testdata("damaged/1.1/0014-sector-swap/aol.bin"));
  CHECK(repaired.plan.recovered_commits == 117);
  CHECK(repaired.plan.lost_commits == 3);
}

TEST_CASE(
    "a commit whose parts lie apart is lost once, and one that is whole elsewhere not at all") {
  const Repaired repaired = repair(testdata("damaged/0.27/0010-insert/aol.bin"));
  CHECK(repaired.plan.recovered_commits == 119);
  CHECK(repaired.plan.lost_commits == 1);
}

TEST_CASE("a torn tail is cut and does not count as a lost commit") {
  const std::string sound = log_of(LogFormat::framed_2, {1, 2, 3});
  const Repaired repaired = repair_bytes(ByteView(sound).substr(0, sound.size() - 2));
  CHECK(repaired.plan.log.rewrite);
  CHECK(repaired.bytes == log_of(LogFormat::framed_2, {1, 2}));
  CHECK(repaired.plan.lost_commits == 0);
  REQUIRE(repaired.plan.lost.size() == 1);
  CHECK(repaired.plan.lost[0].is_torn_tail);
}

TEST_CASE("a log that somebody writes to may have an unfinished end") {
  const TemporaryDirectory directory;
  const std::string sound = log_of(LogFormat::framed_2, {1, 2, 3});
  write_file(directory / "aol.bin", ByteView(sound).substr(0, sound.size() - 2));
  RepairPlan plan;
  plan.live = true;
  auto file = posix_file_system().open(directory / "aol.bin", OpenMode::read);
  REQUIRE(recover::survey_log(**file, {}, nullptr, plan));
  CHECK_FALSE(plan.log.rewrite);
  CHECK(plan.lost.empty());
}

TEST_CASE("a log that is rewritten is in version order where the engine's replay depends on it") {
  const LogFormat format = GENERATE(LogFormat::legacy, LogFormat::framed_1);
  // As concurrent writers leave it: neighbours change places.
  std::vector<Version> versions(60);
  std::iota(versions.begin(), versions.end(), Version{1});
  const std::string sorted = log_of(format, versions);
  std::swap(versions[10], versions[11]);
  std::rotate(versions.begin() + 20, versions.begin() + 21, versions.begin() + 24);
  CHECK(repair_bytes(log_of(format, versions) + std::string(64, '\0')).bytes == sorted);
}

TEST_CASE("a framed-2 log keeps the order of its file") {
  const std::string sound = log_of(LogFormat::framed_2, {1, 2, 30, 10, 20, 31, 5, 40});
  CHECK(repair_bytes(sound + std::string(64, '\0')).bytes == sound);
}

TEST_CASE("a commit that is in the file twice is written once") {
  const std::string sound = log_of(LogFormat::framed_2, {1, 2, 3, 4});
  const std::size_t frame = (sound.size() - 8) / 4;
  const std::string doubled = sound + sound.substr(8 + frame, 2 * frame) + std::string(64, '\0');
  const Repaired repaired = repair_bytes(doubled);
  CHECK(repaired.bytes == sound);
  CHECK(repaired.written.repeats_left_out == 2);
}

TEST_CASE("two commits of one version that differ are both kept, in their order") {
  std::string bytes = log_of(LogFormat::framed_1, {1, 2});
  std::string other = log_of(LogFormat::framed_1, {2});
  LogBuilder builder(LogFormat::framed_1, [&](ByteView part) -> Result<> {
    bytes += part;
    return {};
  });
  const RecordView record{"user:0001", 2, "another value"};
  REQUIRE(builder.add(std::span(&record, 1)));
  const Repaired repaired = repair_bytes(bytes + std::string(64, '\0'));
  CHECK(repaired.bytes == bytes);
}

TEST_CASE("a version that line 1.1 refuses is lost there and kept elsewhere") {
  const Version high = version_limit_1_1;
  CHECK(repair_bytes(log_of(LogFormat::framed_1, {high - 1, high})).plan.lost.empty());
  const Repaired repaired = repair_bytes(log_of(LogFormat::framed_2, {high - 1, high}));
  CHECK(repaired.plan.log.rewrite);
  CHECK(repaired.bytes == log_of(LogFormat::framed_2, {high - 1}));
  REQUIRE(repaired.plan.lost.size() == 1);
  CHECK(repaired.plan.lost[0].reason == LossReason::refused_version);
}

TEST_CASE("with too little memory to sort, the order of the file is kept") {
  RepairOptions options;
  options.max_memory_bytes = 8;
  const std::string sound = log_of(LogFormat::framed_1, {1, 30, 10, 31});
  const Repaired repaired = repair_bytes(sound + std::string(64, '\0'), options);
  CHECK_FALSE(repaired.survey.late);
  CHECK(repaired.bytes == sound);
}

TEST_CASE("of commits with one version the last in the file counts, though it is there twice") {
  const TemporaryDirectory directory;
  std::string bytes;
  LogBuilder builder(LogFormat::framed_2, [&](ByteView part) -> Result<> {
    bytes += part;
    return {};
  });
  REQUIRE(builder.begin());
  for (const auto& [version, value] :
       std::vector<std::pair<Version, ByteView>>{{5, "a"}, {3, "b"}, {3, "c"}, {3, "b"}}) {
    const std::string key = "key of " + std::to_string(version);
    const RecordView record{key, version, value};
    REQUIRE(builder.add(std::span(&record, 1)));
  }
  write_file(directory / "aol.bin", bytes.substr(8));
  const DatabaseFiles database = database_files(directory.path(), {});
  const auto plan = plan_repair(posix_file_system(), database, {});
  REQUIRE(plan);
  REQUIRE(apply_repair(posix_file_system(), *plan, {},
                       [](const RepairPlan&, const RepairOutcome&) { return std::string("{}"); }));
  const auto state = State::load(posix_file_system(), database, {});
  REQUIRE(state);
  const auto found = state->get("key of 3");
  REQUIRE(found);
  CHECK((*found)->value == "b");
}
