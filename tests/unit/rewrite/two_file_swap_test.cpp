#include "rewrite/two_file_swap.hpp"

#include "support/catch.hpp"
#include "support/failing_file_system.hpp"
#include "support/temporary_directory.hpp"

namespace persist::test {
namespace {

using rewrite::NewFiles;
using rewrite::SoleWriter;
using rewrite::SwapOrder;

// A directory with an old log and an old snapshot.
struct Database {
  TemporaryDirectory directory;
  FailingFileSystem files{posix_file_system()};
  DatabaseFiles paths = database_files(directory.path(), {});

  Database() {
    write_file(paths.log, "old log");
    write_file(paths.snapshot, "old snapshot");
  }
  NewFiles new_files() {
    NewFiles fresh;
    fresh.snapshot = AtomicFile::create(files, paths.snapshot, "tmp").value();
    fresh.log = AtomicFile::create(files, paths.log, "new").value();
    REQUIRE(fresh.snapshot->append("new snapshot"));
    REQUIRE(fresh.log->append("new log"));
    return fresh;
  }
  [[nodiscard]] std::string contents() const {
    return read_file(paths.snapshot) + ", " + read_file(paths.log);
  }
};

TEST_CASE("a swap replaces both files and leaves nothing else") {
  Database database;
  SoleWriter sole = SoleWriter::take(database.files, database.paths).value();
  NewFiles fresh = database.new_files();
  REQUIRE(swap_in(sole, fresh, SwapOrder::snapshot_first));
  CHECK(database.contents() == "new snapshot, new log");
  CHECK(database.directory.names() == std::vector<std::string>{"aol.bin", "snapshot.bin"});
}

TEST_CASE("a swap that fails halfway leaves the pair that its order promises") {
  const auto [order, pair] = GENERATE(std::pair{SwapOrder::snapshot_first, "new snapshot, old log"},
                                      std::pair{SwapOrder::log_first, "old snapshot, new log"});
  Database database;
  SoleWriter sole = SoleWriter::take(database.files, database.paths).value();
  {
    NewFiles fresh = database.new_files();
    database.files.fail(Call::rename, ErrorCode::io, 1);
    CHECK_FALSE(swap_in(sole, fresh, order));
  }
  CHECK(database.contents() == pair);
  CHECK(database.directory.names() == std::vector<std::string>{"aol.bin", "snapshot.bin"});
}

TEST_CASE("a disk that is full at the sync changes nothing") {
  Database database;
  SoleWriter sole = SoleWriter::take(database.files, database.paths).value();
  {
    NewFiles fresh = database.new_files();
    database.files.fail(Call::sync, ErrorCode::no_space, 1);
    CHECK(swap_in(sole, fresh, SwapOrder::snapshot_first).error().code == ErrorCode::no_space);
  }
  CHECK(database.contents() == "old snapshot, old log");
  CHECK(database.directory.names() == std::vector<std::string>{"aol.bin", "snapshot.bin"});
}

TEST_CASE("a log that grew since it was read stops the swap") {
  Database database;
  SoleWriter sole = SoleWriter::take(database.files, database.paths).value();
  NewFiles fresh = database.new_files();
  write_file(database.paths.log, "old log and more");
  CHECK(swap_in(sole, fresh, SwapOrder::snapshot_first).error().code == ErrorCode::busy);
  CHECK(database.contents() == "old snapshot, old log and more");
}

TEST_CASE("files that must not be swapped in are kept aside") {
  Database database;
  NewFiles fresh = database.new_files();
  REQUIRE(fresh.set_aside(database.files));
  CHECK(database.contents() == "old snapshot, old log");
  CHECK(read_file(database.paths.snapshot + ".rejected") == "new snapshot");
  CHECK(read_file(database.paths.log + ".rejected") == "new log");
}

// Where files have second names, and where not.
void link_or_not(FailingFileSystem& files) {
  if (GENERATE(true, false)) files.fail(Call::link, ErrorCode::unsupported);
}

TEST_CASE("new files that are put in place leave nothing beside them") {
  Database database;
  std::filesystem::remove(database.paths.log);
  std::filesystem::remove(database.paths.snapshot);
  NewFiles fresh = database.new_files();
  link_or_not(database.files);
  REQUIRE(put_in_place(database.files, fresh));
  CHECK(database.contents() == "new snapshot, new log");
  CHECK(database.directory.names() == std::vector<std::string>{"aol.bin", "snapshot.bin"});
}

TEST_CASE("new files take no name that somebody has by now, and leave what is there") {
  Database database;
  const bool is_log = GENERATE(true, false);
  const std::string taken = is_log ? database.paths.log : database.paths.snapshot;
  std::filesystem::remove(is_log ? database.paths.snapshot : database.paths.log);
  {
    NewFiles fresh = database.new_files();
    link_or_not(database.files);
    CHECK(put_in_place(database.files, fresh).error().code == ErrorCode::exists);
  }
  CHECK(read_file(taken) == (is_log ? "old log" : "old snapshot"));
  CHECK(database.directory.names().size() == 1);
}

TEST_CASE("of new files that cannot be made durable none is left") {
  Database database;
  std::filesystem::remove(database.paths.log);
  std::filesystem::remove(database.paths.snapshot);
  {
    NewFiles fresh = database.new_files();
    database.files.fail(Call::sync_directory, ErrorCode::io, GENERATE(0, 1));
    CHECK_FALSE(put_in_place(database.files, fresh));
  }
  CHECK(database.directory.names().empty());
}

TEST_CASE("a second writer is turned away") {
  Database database;
  const SoleWriter sole = SoleWriter::take(database.files, database.paths).value();
  CHECK(SoleWriter::take(database.files, database.paths).error().code == ErrorCode::busy);
}

TEST_CASE("a killed run's temporary files are removed, and only those") {
  Database database;
  for (const char* name : {"aol.bin.12_0.new", "snapshot.bin.12_3.tmp", "snapshot.tmp",
                           "aol.bin.12_0.tmp", "aol.bin.rejected", "other.bin.1_1.new"}) {
    write_file(database.directory / name, "left");
  }
  const SoleWriter sole = SoleWriter::take(database.files, database.paths).value();
  const auto left = remove_leftovers(sole, {});
  REQUIRE(left);
  CHECK(left->kept.empty());
  CHECK(left->removed == std::vector<std::string>{database.directory / "aol.bin.12_0.new",
                                                  database.directory / "snapshot.bin.12_3.tmp"});
  CHECK(database.directory.names() ==
        std::vector<std::string>{"aol.bin", "aol.bin.12_0.tmp", "aol.bin.rejected",
                                 "other.bin.1_1.new", "snapshot.bin", "snapshot.tmp"});
}

}  // namespace
}  // namespace persist::test
