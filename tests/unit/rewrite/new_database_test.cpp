// What is written into a directory of its own: where it may go, and what is left of it when it may
// not.
#include <persist/compact.hpp>
#include <persist/convert.hpp>
#include <persist/replay.hpp>

#include "support/failing_file_system.hpp"
#include "support/string_file.hpp"
#include "unit/rewrite/small_database.hpp"

namespace persist::test {
namespace {

std::string counted_log() {
  return log_of(LogFormat::framed_1, {{1, {{"a", "one"}}}, {2, {{"a", "two"}}}, {3, {{"b", "x"}}}});
}

Result<RewriteReport> convert_to(const std::string& directory, const ConvertOptions& options = {},
                                 FileSystem& files = posix_file_system(),
                                 const PathOptions& paths = {}) {
  StringFile log(counted_log());
  return convert(files, {&log, nullptr, std::nullopt}, database_files(directory, paths), options);
}

std::uint64_t size_of(const std::string& path) {
  return read_file(path).size();
}

TEST_CASE("a new database is not written where anything is") {
  const TemporaryDirectory directory;
  write_file(directory / "notes", "mine");
  const auto beside = convert_to(directory.path());
  REQUIRE_FALSE(beside);
  CHECK(beside.error().code == ErrorCode::exists);
  CHECK(beside.error().message.ends_with("it holds notes"));
  const auto over = convert_to(directory / "notes");
  REQUIRE_FALSE(over);
  CHECK(over.error().code == ErrorCode::exists);
  CHECK(read_file(directory / "notes") == "mine");
  CHECK(directory.names() == std::vector<std::string>{"notes"});
}

TEST_CASE("a dry run makes no directory and says the sizes that the files have") {
  const TemporaryDirectory directory;
  ConvertOptions options;
  options.dry_run = true;
  const auto dry = convert_to(directory / "new", options);
  REQUIRE(dry);
  CHECK(dry->unwritten == Unwritten::dry_run);
  CHECK(directory.names().empty());
  const auto wet = convert_to(directory / "new");
  REQUIRE(wet);
  CHECK(wet->unwritten == Unwritten::none);
  CHECK(dry->after.log_bytes == size_of(directory / "new/aol.bin"));
  CHECK(dry->after.snapshot_bytes == size_of(directory / "new/snapshot.bin"));
  CHECK(wet->after.total() == dry->after.total());
}

TEST_CASE("of a new database that cannot be finished nothing is left, its directories neither") {
  const auto call = GENERATE(Call::create, Call::write, Call::sync);
  const std::string place = GENERATE("new", "new/and/deep");
  const std::string log_path = GENERATE("", "logs/aol.bin", "logs/deep/aol.bin");
  const TemporaryDirectory directory;
  FailingFileSystem files(posix_file_system());
  files.fail(call, ErrorCode::no_space);
  const auto converted = convert_to(directory / place, {}, files, {log_path, {}});
  REQUIRE_FALSE(converted);
  CHECK(converted.error().code == ErrorCode::no_space);
  CHECK(directory.names().empty());
}

TEST_CASE("a directory that was there stays when a new database in it cannot be finished") {
  const TemporaryDirectory directory;
  std::filesystem::create_directories(directory / "old/empty");
  FailingFileSystem files(posix_file_system());
  files.fail(Call::write, ErrorCode::no_space);
  REQUIRE_FALSE(convert_to(directory / GENERATE("old/empty", "old/empty/new"), {}, files));
  CHECK(std::filesystem::is_empty(directory / "old/empty"));
}

TEST_CASE("without log and snapshot there is nothing to compact") {
  const TemporaryDirectory directory;
  const auto report = compact(posix_file_system(), database_files(directory.path(), {}), {});
  REQUIRE_FALSE(report);
  CHECK(report.error().code == ErrorCode::not_found);
  CHECK(report.error().path == directory.path());
}

TEST_CASE("a time means nothing to a database that counts its commits, a version does") {
  const TemporaryDirectory directory;
  StringFile log(counted_log());
  ReplayOptions options;
  options.until = PointInTime{1'795'000'000'000'000'000, true};
  const auto replayed_to = [&](const std::string& name) {
    return replay(posix_file_system(), {&log, nullptr, std::nullopt},
                  database_files(directory / name, {}), options);
  };
  const auto refused = replayed_to("refused");
  REQUIRE_FALSE(refused);
  CHECK(refused.error().code == ErrorCode::invalid_argument);
  CHECK(refused.error().path == log.path());
  CHECK(directory.names().empty());
  options.until = PointInTime{1, false};
  REQUIRE(replayed_to("first"));
  const auto state = State::load(posix_file_system(), database_files(directory / "first", {}), {});
  REQUIRE(state);
  CHECK(state->summary().max_version == 1);
}

}  // namespace
}  // namespace persist::test
