#include <fcntl.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <filesystem>

#include "support/temporary_directory.hpp"
#include "unit/engine/crafted_log.hpp"
#include "unit/engine/open_database.hpp"

using namespace persist;
using namespace persist::test;

namespace {

namespace fs = std::filesystem;

std::size_t descriptors_on(const std::string& path) {
  std::size_t count = 0;
  for (const auto& entry : fs::directory_iterator("/proc/self/fd")) {
    std::error_code code;
    if (fs::read_symlink(entry.path(), code) == path) ++count;
  }
  return count;
}

}  // namespace

TEST_CASE("the options default to the engine's") {
  const Options options;
  CHECK(options.aol_mode == AolMode::never);
  CHECK(options.snapshot_mode == SnapshotMode::never);
  CHECK(options.fsync_mode == FsyncMode::never);
  CHECK(options.compression == Compression::none);
  CHECK_FALSE(options.async_queue.max_commits);
  CHECK_FALSE(options.async_queue.max_bytes);
  CHECK(options.release_line == ReleaseLine::v1_1);
}

TEST_CASE("paths relative to the directory, or absolute, are used and their parents made") {
  const TemporaryDirectory directory;
  const TemporaryDirectory elsewhere;
  Options options = synchronous();
  options.paths = {"logs/deep/my.log", elsewhere / "snapshots/my.snapshot"};
  {
    Database database = must(Database::open(directory.path(), options));
    set(database, "a", "1");
    must(database.snapshot());
    set(database, "b", "2");
  }
  CHECK(fs::exists(directory / "logs/deep/my.log"));
  CHECK(fs::exists(elsewhere / "snapshots/my.snapshot"));
  CHECK(directory.names() == std::vector<std::string>{"logs"});
  Database again = must(Database::open(directory.path(), options));
  CHECK(rows_of(again).size() == 2);
}

namespace {

class WorkingDirectory {
 public:
  explicit WorkingDirectory(const std::string& path) { fs::current_path(path); }
  ~WorkingDirectory() { fs::current_path(before_); }
  WorkingDirectory(const WorkingDirectory&) = delete;
  WorkingDirectory& operator=(const WorkingDirectory&) = delete;

 private:
  fs::path before_ = fs::current_path();
};

}  // namespace

TEST_CASE(
    "a database opened by a relative path stays where it is when the process goes elsewhere") {
  const TemporaryDirectory own;
  const TemporaryDirectory others;
  Options options = synchronous(FsyncMode::every_append);
  options.paths.snapshot_path = GENERATE("", "./nested/snapshot.bin");
  {
    Database other = must(Database::open(others / "data", options));
    set(other, "theirs", "1");
    must(other.snapshot());
  }
  {
    const WorkingDirectory first(own.path());
    Database database = must(Database::open("data", options));
    set(database, "a", "1");
    const WorkingDirectory second(others.path());
    must(database.snapshot());
    set(database, "b", "2");
    must(database.close());
  }
  Database other = must(Database::open(others / "data", options));
  CHECK(rows_of(other) == std::vector<Row>{{"theirs", "1"}});
  Database database = must(Database::open(own / "data", options));
  CHECK(rows_of(database) == std::vector<Row>{{"a", "1"}, {"b", "2"}});
}

TEST_CASE(
    "a log that is a pipe, or a link to nothing, is refused and nothing is made in its place") {
  const TemporaryDirectory directory;
  const bool is_pipe = GENERATE(true, false);
  if (is_pipe) {
    REQUIRE(::mkfifo((directory / "aol.bin").c_str(), 0666) == 0);
  } else {
    fs::create_symlink("elsewhere.bin", directory / "aol.bin");
  }
  const auto opened = Database::open(directory.path(), synchronous());
  REQUIRE_FALSE(opened);
  CHECK(opened.error().code == (is_pipe ? ErrorCode::not_a_database : ErrorCode::dangling_link));
  CHECK(directory.names() == std::vector<std::string>{"aol.bin"});
}

TEST_CASE("without a log mode a log path in a missing directory is no obstacle") {
  const TemporaryDirectory directory;
  Options options;
  options.paths.log_path = "not/there/aol.bin";
  CHECK(Database::open(directory.path(), options).has_value());
  CHECK(directory.names().empty());
}

TEST_CASE(
    "open removes temporary files of interrupted rewrites, and nothing that looks like them") {
  const TemporaryDirectory directory;
  const std::vector<std::string> leftovers{"aol.bin.1_0.new", "aol.bin.4711_12.new",
                                           "snapshot.bin.99_3.tmp"};
  const std::vector<std::string> others{
      "aol.bin.1.new",       "aol.bin.1_.new",    "aol.bin._1.new",       "aol.bin.a_1.new",
      "aol.bin.1_1.new.bak", "aol.bin.1_1.newer", "other.bin.1_1.new",    "aol.bin.new",
      "snapshot.bin.1.tmp",  "snapshot.tmp",      "snapshot.bin.1_1.new", "aol.bin.1_1.tmp",
      "aol_truncate_12.tmp", "aol.bin.-1_1.new",  "snapshot.bin.1_x.tmp"};
  for (const std::string& name : leftovers) write_file(directory / name, "left");
  for (const std::string& name : others) write_file(directory / name, "other");
  fs::create_directory(directory / "aol.bin.7_7.new");
  must(Database::open(directory.path(), synchronous()));
  for (const std::string& name : leftovers) CHECK_FALSE(fs::exists(directory / name));
  for (const std::string& name : others) CHECK(fs::exists(directory / name));
  CHECK(fs::exists(directory / "aol.bin.7_7.new"));
}

TEST_CASE("an interrupted rewrite's log stays when it holds what the database lacks") {
  const TemporaryDirectory directory;
  const std::string log = directory / "aol.bin";
  {
    Database database = must(Database::open(directory.path(), synchronous()));
    set(database, "a", "1");
  }
  const std::string one_commit = read_file(log);
  {
    Database database = must(Database::open(directory.path(), synchronous()));
    set(database, "a", "2");
  }
  write_file(directory / "aol.bin.1_0.new", read_file(log));
  write_file(directory / "aol.bin.1_1.new", one_commit);
  const bool is_lost = GENERATE(true, false);
  if (is_lost) write_file(log, one_commit);
  must(Database::open(directory.path(), synchronous()));
  CHECK(fs::exists(directory / "aol.bin.1_0.new") == is_lost);
  CHECK_FALSE(fs::exists(directory / "aol.bin.1_1.new"));
}

TEST_CASE("what an older release left of a snapshot with dots in its name stays") {
  const TemporaryDirectory directory;
  Options options = synchronous();
  options.paths.snapshot_path = "data.v2.bin";
  write_file(directory / "data.v2.tmp", "left");
  write_file(directory / "data.v2.bin.1_0.tmp", "left");
  must(Database::open(directory.path(), options));
  CHECK(fs::exists(directory / "data.v2.tmp"));
  CHECK_FALSE(fs::exists(directory / "data.v2.bin.1_0.tmp"));
}

TEST_CASE("each directory is cleaned of its own file's temporaries only") {
  const TemporaryDirectory directory;
  Options options = synchronous();
  options.paths = {"logs/aol.bin", "snapshots/snapshot.bin"};
  fs::create_directories(directory / "logs");
  fs::create_directories(directory / "snapshots");
  for (const char* name : {"aol.bin.1_1.new", "snapshot.bin.1_1.tmp"}) {
    write_file(directory / "logs/" + name, "");
    write_file(directory / "snapshots/" + name, "");
  }
  must(Database::open(directory.path(), options));
  CHECK_FALSE(fs::exists(directory / "logs/aol.bin.1_1.new"));
  CHECK_FALSE(fs::exists(directory / "snapshots/snapshot.bin.1_1.tmp"));
  CHECK(fs::exists(directory / "logs/snapshot.bin.1_1.tmp"));
  CHECK(fs::exists(directory / "snapshots/aol.bin.1_1.new"));
}

TEST_CASE("links stay links, and modes stay, over a snapshot and its cut") {
  const TemporaryDirectory directory;
  const TemporaryDirectory elsewhere;
  write_file(elsewhere / "log", "");
  write_file(elsewhere / "snapshot", "");
  fs::permissions(elsewhere / "log", fs::perms{0640});
  fs::permissions(elsewhere / "snapshot", fs::perms{0604});
  fs::create_symlink(elsewhere / "log", directory / "aol.bin");
  fs::create_symlink(elsewhere / "snapshot", directory / "snapshot.bin");
  {
    Database database = must(Database::open(directory.path(), synchronous()));
    set(database, "a", "1");
    must(database.snapshot());
    set(database, "b", "2");
  }
  CHECK(fs::is_symlink(directory / "aol.bin"));
  CHECK(fs::is_symlink(directory / "snapshot.bin"));
  CHECK(fs::status(elsewhere / "log").permissions() == fs::perms{0640});
  CHECK(fs::status(elsewhere / "snapshot").permissions() == fs::perms{0604});
  CHECK(elsewhere.names() == std::vector<std::string>{"log", "snapshot"});
  Database again = must(Database::open(directory.path(), synchronous()));
  CHECK(rows_of(again).size() == 2);
}

TEST_CASE("closing gives every handle on the log free, whatever workers there were") {
  const TemporaryDirectory directory;
  Options options = GENERATE(synchronous(FsyncMode::interval), asynchronous(FsyncMode::interval),
                             synchronous(FsyncMode::every_append), asynchronous());
  options.snapshot_mode = GENERATE(SnapshotMode::never, SnapshotMode::interval);
  const std::string log = fs::canonical(directory.path()).string() + "/aol.bin";
  {
    Database database = must(Database::open(directory.path(), options));
    set(database, "a", "1");
    CHECK(descriptors_on(log) == 1);
    if (GENERATE(true, false)) {
      must(database.close());
      CHECK(descriptors_on(log) == 0);
    }
  }
  CHECK(descriptors_on(log) == 0);
}

TEST_CASE("a process that has the log open for writing makes open busy, though it took no lock") {
  const TemporaryDirectory directory;
  write_file(directory / "aol.bin", header_v2);
  int ready[2];
  int done[2];
  REQUIRE(::pipe(ready) == 0);
  REQUIRE(::pipe(done) == 0);
  const pid_t child = ::fork();
  if (child == 0) {
    const int log = ::open((directory / "aol.bin").c_str(), O_RDWR);
    char byte = log >= 0 ? 1 : 0;
    if (::write(ready[1], &byte, 1) != 1 || ::read(done[0], &byte, 1) != 1) ::_exit(1);
    ::_exit(0);
  }
  char byte = 0;
  REQUIRE(::read(ready[0], &byte, 1) == 1);
  const auto opened = Database::open(directory.path(), synchronous());
  REQUIRE(::write(done[1], &byte, 1) == 1);
  ::waitpid(child, nullptr, 0);
  for (const int descriptor : {ready[0], ready[1], done[0], done[1]}) ::close(descriptor);
  CHECK(code_of(opened) == ErrorCode::busy);
  CHECK(Database::open(directory.path(), synchronous()).has_value());
}

TEST_CASE("a directory that is no directory is an error of the file system") {
  const TemporaryDirectory directory;
  write_file(directory / "file", "");
  CHECK_FALSE(Database::open(directory / "file", synchronous()).has_value());
}
