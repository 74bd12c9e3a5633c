#include <persist/database_files.hpp>

#include "support/catch.hpp"
#include "support/temporary_directory.hpp"

using namespace persist;
using namespace persist::test;

namespace {

std::vector<Leftover> found_in(const DatabaseFiles& database, const std::string& temp_dir = {}) {
  auto found = find_leftovers(posix_file_system(), database, temp_dir);
  REQUIRE(found);
  return *found;
}

}  // namespace

TEST_CASE("the files of a database have their default names in its directory") {
  const DatabaseFiles database = database_files("/data/db", {});
  CHECK(database.log == "/data/db/aol.bin");
  CHECK(database.snapshot == "/data/db/snapshot.bin");
}

TEST_CASE("a given path is relative to the directory unless it is absolute") {
  const DatabaseFiles database = database_files("/data/db", {"logs/a.log", "/other/s.snap"});
  CHECK(database.log == "/data/db/logs/a.log");
  CHECK(database.snapshot == "/other/s.snap");
}

TEST_CASE("a copy takes no path that leads out of its directory") {
  const std::string outside = GENERATE("/other/log", "../shared/log", "logs/../../log", "./../log");
  const DatabaseFiles copy = database_files_of_copy("/data/new", {outside, outside});
  CHECK(copy.log == "/data/new/aol.bin");
  CHECK(copy.snapshot == "/data/new/snapshot.bin");
}

TEST_CASE("a copy has the names of its original below its directory") {
  const DatabaseFiles copy = database_files_of_copy("/data/new", {"logs/..log", "s.snap"});
  CHECK(copy.log == "/data/new/logs/..log");
  CHECK(copy.snapshot == "/data/new/s.snap");
}

TEST_CASE("a file of each kind that a write leaves is found") {
  const TemporaryDirectory directory;
  const auto [name, kind] = GENERATE(table<std::string, LeftoverKind>({
      {"aol.bin.123_0.new", LeftoverKind::log_temporary},
      {"aol.bin.torn-8-100-2.4_0.tmp", LeftoverKind::log_temporary},
      {"aol.bin.torn-8-100.4_0.tmp", LeftoverKind::log_temporary},
      {"aol.bin.torn-8-100", LeftoverKind::torn_tail},
      {"aol.bin.torn-8-100-2", LeftoverKind::torn_tail},
      {"snapshot.bin.9_17.tmp", LeftoverKind::snapshot_temporary},
      {"snapshot.tmp", LeftoverKind::snapshot_temporary},
      {"aol_truncate_4711.tmp", LeftoverKind::truncation_tail},
  }));
  write_file(directory / name, "12345");
  const auto found = found_in(database_files(directory.path(), {}));
  REQUIRE(found.size() == 1);
  CHECK(found[0].path == directory / name);
  CHECK(found[0].kind == kind);
  CHECK(found[0].size_bytes == 5);
}

TEST_CASE("names that only resemble a leftover are left alone") {
  const TemporaryDirectory directory;
  for (const char* name :
       {"aol.bin", "snapshot.bin", "aol.bin.123.new", "aol.bin._0.new", "aol.bin.1_.new",
        "aol.bin.1_2.new.bak", "aol.bin.1_2.tmp", "snapshot.bin.1_2.new", "aol_truncate_.tmp",
        "aol.bin.torn-8-100-.4_0.tmp", "aol.bin.torn-8-", "aol.bin.torn-8-100-2.bak",
        "aol_truncate_12.tmp.gz", "other.bin.1_2.new", "snapshot.temp", "repair-notes.txt"}) {
    write_file(directory / name, "x");
  }
  std::filesystem::create_directory(directory / "aol.bin.5_5.new");
  CHECK(found_in(database_files(directory.path(), {})).empty());
}

TEST_CASE("directories that only resemble originals are nobody's") {
  const TemporaryDirectory directory;
  for (const char* name : {"repair-notes", "repair-", "repair-20261103", "repair-20261103T101500",
                           "repair-20261103T101500Z-", "repair-20261103T101500Z-a",
                           "repair-20261103T101500Z.old", "repair-20261103 101500Z"}) {
    std::filesystem::create_directory(directory / name);
  }
  CHECK(found_in(database_files(directory.path(), {})).empty());
}

TEST_CASE("originals whose time was taken have a number") {
  const TemporaryDirectory directory;
  std::filesystem::create_directory(directory / "repair-20261103T101500Z-001");
  const auto found = found_in(database_files(directory.path(), {}));
  REQUIRE(found.size() == 1);
  CHECK(found[0].kind == LeftoverKind::repair_originals);
}

TEST_CASE("a truncation tail is looked for in the temporary directory that is given") {
  const TemporaryDirectory directory;
  const TemporaryDirectory temporary;
  write_file(temporary / "aol_truncate_12.tmp", "tail");
  write_file(temporary / "snapshot.tmp", "of somebody else");
  const DatabaseFiles database = database_files(directory.path(), {});
  CHECK(found_in(database).empty());
  const auto found = found_in(database, temporary.path());
  REQUIRE(found.size() == 1);
  CHECK(found[0].kind == LeftoverKind::truncation_tail);
}

TEST_CASE("originals that a repair kept are found, newest last") {
  const TemporaryDirectory directory;
  std::filesystem::create_directory(directory / "repair-20261103T101500Z");
  std::filesystem::create_directory(directory / "repair-20261103T101400Z");
  const auto found = found_in(database_files(directory.path(), {}));
  REQUIRE(found.size() == 2);
  CHECK(found[0].kind == LeftoverKind::repair_originals);
  CHECK(found[1].path == directory / "repair-20261103T101500Z");
}

TEST_CASE("leftovers beside the target of a link are found once") {
  const TemporaryDirectory directory;
  std::filesystem::create_directory(directory / "elsewhere");
  write_file(directory / "elsewhere/log.bin", "x");
  write_file(directory / "elsewhere/log.bin.1_1.new", "x");
  std::filesystem::create_symlink("elsewhere/log.bin", directory / "aol.bin");
  const auto found = found_in(database_files(directory.path(), {}));
  REQUIRE(found.size() == 1);
  CHECK(found[0].path == directory / "elsewhere/log.bin.1_1.new");
}

TEST_CASE("a directory that is not there has no leftovers") {
  const TemporaryDirectory directory;
  CHECK(found_in(database_files(directory / "missing", {})).empty());
}
