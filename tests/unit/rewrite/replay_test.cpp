#include <persist/convert.hpp>
#include <persist/replay.hpp>

#include "support/string_file.hpp"
#include "unit/rewrite/small_database.hpp"

namespace persist::test {
namespace {

using Versions = std::vector<std::string>;

const std::vector<TestCommit> three_commits{
    {1, {{"a", "one"}}}, {2, {{"a", "two"}, {"c", "y"}}}, {3, {{"b", "x"}}}};

// A directory inside another one, where a new database may go.
struct Target {
  TemporaryDirectory around;
  DatabaseFiles paths = database_files(around / "new", {});

  [[nodiscard]] Versions versions() const {
    StateOptions options;
    options.history = true;
    const auto state = State::load(posix_file_system(), paths, options);
    REQUIRE(state);
    Versions found;
    REQUIRE(state->for_each([&](const KeyState& key) {
      for (const VersionedValue& version : key.versions) {
        found.push_back(std::string(key.key) + "@" + std::to_string(version.version));
      }
      return true;
    }));
    return found;
  }
};

TEST_CASE("a replay leaves out the commits that it is to skip, and only those") {
  const Target target;
  StringFile log(log_of(LogFormat::framed_2, three_commits));
  ReplayOptions options;
  options.skip = {2};
  REQUIRE(replay(posix_file_system(), {&log, nullptr, std::nullopt}, target.paths, options));
  CHECK(target.versions() == Versions{"a@1", "b@3"});
}

TEST_CASE("a commit that is not in the log cannot be skipped") {
  const Target target;
  StringFile log(log_of(LogFormat::framed_2, three_commits));
  ReplayOptions options;
  options.skip = {2, 4};
  const auto report =
      replay(posix_file_system(), {&log, nullptr, std::nullopt}, target.paths, options);
  REQUIRE_FALSE(report);
  CHECK(report.error().code == ErrorCode::invalid_argument);
  CHECK(report.error().message.find('4') != std::string::npos);
  CHECK(target.around.names().empty());
}

TEST_CASE("versions that the target would not show are numbered anew, in their order") {
  constexpr Version later = 1'795'000'000'000'000'000;
  const Target target;
  StringFile log(log_of(LogFormat::legacy, {{later, {{"a", "one"}}},
                                            {later + 1'000'000'000, {{"b", "x"}}},
                                            {later + 5'000'000'000, {{"a", "two"}}}}));
  ConvertOptions options;
  options.to = ReleaseLine::v0_18;
  options.now_ns = later - 1;
  const auto report =
      convert(posix_file_system(), {&log, nullptr, std::nullopt}, target.paths, options);
  REQUIRE(report);
  CHECK(report->renumbered);
  CHECK(report->clock == 3);
  CHECK(target.versions() == Versions{"a@1", "a@3", "b@2"});
}

TEST_CASE("a dry run of a log onto a database says what it would append, and appends nothing") {
  const SmallDatabase onto(log_of(LogFormat::framed_2, {{7, {{"z", "old"}}}}), {});
  const std::string before = onto.contents();
  StringFile log(log_of(LogFormat::framed_2, three_commits));
  ReplayOptions options;
  options.dry_run = true;
  const auto report =
      apply_log(posix_file_system(), {&log, nullptr, std::nullopt}, onto.paths, options);
  REQUIRE(report);
  CHECK(report->unwritten == Unwritten::dry_run);
  CHECK(onto.contents() == before);
  options.dry_run = false;
  const auto done =
      apply_log(posix_file_system(), {&log, nullptr, std::nullopt}, onto.paths, options);
  REQUIRE(done);
  CHECK(report->after.log_bytes == done->after.log_bytes);
  CHECK(report->live_keys == done->live_keys);
  CHECK(report->versions == done->versions);
  CHECK(report->commits == done->commits);
  CHECK(report->fingerprint == done->fingerprint);
}

TEST_CASE("versions count every record of the database that a log was applied to") {
  const SmallDatabase onto(log_of(LogFormat::framed_2, {{7, {{"z", "old"}}}, {8, {{"z", "new"}}}}),
                           snapshot_of(5, {{2, {{"a", "x"}}}}));
  StringFile log(log_of(LogFormat::framed_2, three_commits));
  const auto report = apply_log(posix_file_system(), {&log, nullptr, std::nullopt}, onto.paths, {});
  REQUIRE(report);
  CHECK(report->versions == 7);
}

TEST_CASE("only a log that is whole can be applied to a database") {
  const SmallDatabase onto(log_of(LogFormat::framed_2, {{7, {{"z", "old"}}}}), {});
  const std::string before = onto.contents();
  std::string bytes = log_of(LogFormat::framed_2, three_commits);
  bytes[30] = static_cast<char>(bytes[30] ^ 1);  // in the first of three frames
  StringFile damaged(bytes);
  const auto report =
      apply_log(posix_file_system(), {&damaged, nullptr, std::nullopt}, onto.paths, {});
  REQUIRE_FALSE(report);
  CHECK(report.error().code == ErrorCode::damaged);
  const auto without = apply_log(posix_file_system(), {}, onto.paths, {});
  REQUIRE_FALSE(without);
  CHECK(without.error().code == ErrorCode::not_found);
  CHECK(onto.contents() == before);
}

}  // namespace
}  // namespace persist::test
