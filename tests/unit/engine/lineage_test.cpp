// What open does with a snapshot and a log that do not belong together.
#include <filesystem>

#include "support/temporary_directory.hpp"
#include "unit/engine/open_database.hpp"

using namespace persist;
using namespace persist::test;

namespace {

// Two commits, a snapshot of them, and later commits that begin at version 1 again, as when a
// snapshot was lost and is put back beside the log that was begun without it.
void put_an_old_snapshot_back(const TemporaryDirectory& directory,
                              const std::vector<std::string>& later_keys) {
  {
    Database database = must(Database::open(directory.path(), synchronous()));
    set(database, "a", "1");
    set(database, "b", "2");
    must(database.snapshot());
  }
  std::filesystem::rename(directory / "snapshot.bin", directory / "backup");
  {
    Database database = must(Database::open(directory.path(), synchronous()));
    for (const std::string& key : later_keys) set(database, key, "later");
  }
  std::filesystem::rename(directory / "backup", directory / "snapshot.bin");
}

}  // namespace

TEST_CASE(
    "a snapshot that is proven to hide commits of the log refuses, with or without a log mode") {
  const TemporaryDirectory directory;
  const auto keys = GENERATE(std::vector<std::string>{"a", "b"},   // other values
                             std::vector<std::string>{"x", "y"});  // keys that nobody deleted
  put_an_old_snapshot_back(directory, keys);
  const std::string log = read_file(directory / "aol.bin");
  const auto opened = Database::open(directory.path(), GENERATE(synchronous(), Options()));
  CHECK(code_of(opened) == ErrorCode::damaged);
  CHECK(opened.error().path == directory / "aol.bin");
  CHECK(opened.error().offset == 8);
  CHECK_THAT(opened.error().advice, Catch::Contains("persist repair"));
  CHECK(read_file(directory / "aol.bin") == log);
}

TEST_CASE("the same when the log ends in a torn tail, which then stays") {
  const TemporaryDirectory directory;
  put_an_old_snapshot_back(directory, {"a", "b"});
  const std::string log = read_file(directory / "aol.bin") + "torn";
  write_file(directory / "aol.bin", log);
  CHECK(code_of(Database::open(directory.path(), synchronous())) == ErrorCode::damaged);
  CHECK(read_file(directory / "aol.bin") == log);
}

TEST_CASE("a log that a snapshot covers and that was not cut yet opens") {
  const TemporaryDirectory directory;
  std::string log;
  {
    Database database = must(Database::open(directory.path(), synchronous()));
    set(database, "a", "1");
    set(database, "b", "2");
    del(database, "a");
    log = read_file(directory / "aol.bin");
    must(database.snapshot());
  }
  write_file(directory / "aol.bin", log);
  Database again = must(Database::open(directory.path(), synchronous()));
  CHECK(rows_of(again) == std::vector<Row>{{"b", "2"}});
}
