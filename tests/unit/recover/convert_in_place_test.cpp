// A conversion in place that fails: what is then in the directory, and where the originals are.
#include <persist/convert.hpp>
#include <persist/repair.hpp>

#include "support/failing_file_system.hpp"
#include "unit/rewrite/small_database.hpp"

namespace persist::test {
namespace {

const std::vector<std::string> both_files{"aol.bin", "snapshot.bin"};

SmallDatabase two_files() {
  return {log_of(LogFormat::framed_2, {{2, {{"k", "v"}}}, {3, {{"l", "w"}}}}),
          snapshot_of(1, {{1, {{"k", "first"}}}})};
}
// Its clock is above all versions, which line 1.0 can only keep in a log.
SmallDatabase no_log() {
  return {{}, snapshot_of(7, {{1, {{"k", "first"}}}})};
}

Result<RewriteReport> convert_to_1_0(const SmallDatabase& database, FileSystem& files) {
  ConvertOptions options;
  options.to = ReleaseLine::v1_0;
  return convert_in_place(files, database.paths, options,
                          [](const RewriteReport&) { return "{}\n"; });
}

// Lets one call of the kind fail after another, and looks at the database each time.
template <class Check>
void after_each_failure(const auto& make_database, Call call, int times, const Check& check) {
  bool failed = true;
  for (int after = 0; failed; ++after) {
    REQUIRE(after < 40);
    const auto database = make_database();
    const std::string before = database.contents();
    FailingFileSystem files(posix_file_system());
    files.forbid_links();
    files.fail(call, ErrorCode::no_space, after, times);
    const auto converted = convert_to_1_0(database, files);
    failed = !converted;
    if (failed) check(database, before, converted.error());
  }
}

const auto is_as_before = [](const SmallDatabase& database, const std::string& before,
                             const Error&) {
  CHECK(database.contents() == before);
  CHECK(database.directory.names() == both_files);
};

TEST_CASE(
    "without second names, a conversion that fails once leaves the old files, and only them") {
  const auto call =
      GENERATE(Call::create, Call::write, Call::sync, Call::rename, Call::sync_directory);
  after_each_failure(two_files, call, 1, is_as_before);
}

TEST_CASE("a log that a failed conversion would have made is not there") {
  const auto call =
      GENERATE(Call::create, Call::write, Call::sync, Call::rename, Call::sync_directory);
  after_each_failure(
      no_log, call, 1, [](const SmallDatabase& database, const std::string& before, const Error&) {
        CHECK(database.contents() == before);
        CHECK(database.directory.names() == std::vector<std::string>{"snapshot.bin"});
      });
}

TEST_CASE("originals that a failed conversion cannot put back are kept, and named") {
  bool was_kept = false;
  after_each_failure(
      two_files, Call::rename, 1000,
      [&](const SmallDatabase& database, const std::string& before, const Error& error) {
        if (database.contents() == before) {
          CHECK(database.directory.names() == both_files);
          return;
        }
        was_kept = true;
        REQUIRE(database.directory.names().size() == 3);
        const std::string originals = database.directory.names()[1];
        CHECK(error.advice.find(originals) != std::string::npos);
        const auto undone = undo_repair(posix_file_system(), database.paths);
        REQUIRE(undone);
        CHECK(database.contents() == before);
        CHECK(database.directory.names() == both_files);
      });
  CHECK(was_kept);
}

TEST_CASE("undoing a conversion takes away the log that it has made") {
  const SmallDatabase database = no_log();
  const std::string before = database.contents();
  const auto converted = convert_to_1_0(database, posix_file_system());
  REQUIRE(converted);
  CHECK_FALSE(read_file(database.paths.log).empty());
  REQUIRE(undo_repair(posix_file_system(), database.paths));
  CHECK(database.contents() == before);
  CHECK(database.directory.names() == std::vector<std::string>{"snapshot.bin"});
}

}  // namespace
}  // namespace persist::test
