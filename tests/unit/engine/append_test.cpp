#include <thread>

#include "support/failing_file_system.hpp"
#include "support/temporary_directory.hpp"
#include "unit/engine/crafted_log.hpp"
#include "unit/engine/open_database.hpp"

using namespace persist;
using namespace persist::test;

TEST_CASE("a new log is exactly its line's header right after open") {
  const TemporaryDirectory directory;
  const auto fsync = GENERATE(FsyncMode::never, FsyncMode::every_append, FsyncMode::interval);
  const auto [line, header] = GENERATE(
      table<ReleaseLine, std::string>({{ReleaseLine::v0_18, std::string()},
                                       {ReleaseLine::v0_27, std::string()},
                                       {ReleaseLine::v1_0, std::string("\xFFSMXAOL\x01", 8)},
                                       {ReleaseLine::v1_1, std::string("\xFFSMXAOL\x02", 8)}}));
  Options options = synchronous(fsync);
  options.release_line = line;
  Database database = must(Database::open(directory.path(), options));
  CHECK(read_file(directory / "aol.bin") == header);
  must(database.close());
  CHECK(directory.names() == std::vector<std::string>{"aol.bin"});
}

TEST_CASE("one commit is one frame, and the log ends on it") {
  const TemporaryDirectory directory;
  {
    Database database = must(Database::open(directory.path(), synchronous()));
    Transaction writer = must(database.begin());
    must(writer.set("b", "2"));
    must(writer.set("a", "1"));
    must(writer.del("c"));
    must(writer.commit());
    set(database, "d", "");
  }
  CHECK(read_file(directory / "aol.bin") ==
        header_v2 + frame(FrameVersion::v2, 1, {{"a", "1"}, {"b", "2"}, {"c", std::nullopt}}) +
            frame(FrameVersion::v2, 2, {{"d", ""}}));
}

TEST_CASE("each older line gets its own bytes") {
  const TemporaryDirectory directory;
  const auto line = GENERATE(ReleaseLine::v0_27, ReleaseLine::v1_0);
  Options options = synchronous();
  options.release_line = line;
  {
    Database database = must(Database::open(directory.path(), options));
    set(database, "a", "1");
    del(database, "a");
  }
  const std::string legacy =
      legacy_commit(1, {{"a", "1"}}) + legacy_commit(2, {{"a", std::nullopt}});
  const std::string framed = log_header(FrameVersion::v1) +
                             frame(FrameVersion::v1, 1, {{"a", "1"}}) +
                             frame(FrameVersion::v1, 2, {{"a", std::nullopt}});
  CHECK(read_file(directory / "aol.bin") == (line == ReleaseLine::v0_27 ? legacy : framed));
}

TEST_CASE("versions of line 0.18 are the clock's nanoseconds, each once") {
  const TemporaryDirectory directory;
  Options options = synchronous();
  options.release_line = ReleaseLine::v0_18;
  Database database = must(Database::open(directory.path(), options));
  Version last = 0;
  for (int i = 0; i < 1000; ++i) {
    const Version version = set(database, "a", "1");
    CHECK(version > last);
    CHECK(is_clock_version(version));
    last = version;
  }
}

TEST_CASE("a clock that is behind the files' versions does not repeat them") {
  const TemporaryDirectory directory;
  const Version far_future = 8'000'000'000'000'000'000ULL;
  write_file(directory / "aol.bin", legacy_commit(far_future, {{"a", "1"}}));
  Options options = synchronous();
  options.release_line = ReleaseLine::v0_18;
  Database database = must(Database::open(directory.path(), options));
  CHECK(set(database, "a", "2") == far_future + 1);
  CHECK(get(database, "a") == "2");
}

TEST_CASE("commits after a legacy run are framed behind it, its bytes unchanged") {
  const TemporaryDirectory directory;
  const std::string legacy = legacy_commit(1, {{"a", "1"}});
  write_file(directory / "aol.bin", legacy);
  {
    Database database = must(Database::open(directory.path(), synchronous()));
    CHECK(read_file(directory / "aol.bin") == legacy);
    set(database, "b", "2");
    set(database, "c", "3");
  }
  const std::uint64_t synced_to = legacy.size() + header_v2.size();
  CHECK(read_file(directory / "aol.bin") ==
        legacy + header_v2 + frame(FrameVersion::v2, 2, {{"b", "2"}}, synced_to) +
            frame(FrameVersion::v2, 3, {{"c", "3"}}, synced_to));
}

TEST_CASE("a frame's synced_to is the length of the log at the last sync before it") {
  const TemporaryDirectory directory;
  {
    Database database =
        must(Database::open(directory.path(), synchronous(FsyncMode::every_append)));
    for (const char* key : {"a", "b", "c"}) set(database, key, "1");
  }
  const std::size_t length = frame(FrameVersion::v2, 1, {{"a", "1"}}).size();
  CHECK(read_file(directory / "aol.bin") ==
        header_v2 + frame(FrameVersion::v2, 1, {{"a", "1"}}, 8) +
            frame(FrameVersion::v2, 2, {{"b", "1"}}, 8 + length) +
            frame(FrameVersion::v2, 3, {{"c", "1"}}, 8 + 2 * length));
}

TEST_CASE("restarting again and again accumulates data in every fsync mode") {
  const TemporaryDirectory directory;
  const auto fsync = GENERATE(FsyncMode::never, FsyncMode::every_append, FsyncMode::interval);
  for (int round = 0; round < 10; ++round) {
    Database database = must(Database::open(directory.path(), synchronous(fsync)));
    set(database, std::to_string(round), "value");
    CHECK(rows_of(database).size() == static_cast<std::size_t>(round) + 1);
  }
}

TEST_CASE("interval mode syncs by itself") {
  const TemporaryDirectory directory;
  Options options = synchronous(FsyncMode::interval);
  options.fsync_interval = std::chrono::milliseconds(5);
  Database database = must(Database::open(directory.path(), options));
  set(database, "a", "1");
  for (int wait = 0; wait < 30'000 && database.stats().fsync.runs == 0; ++wait) {
    std::this_thread::sleep_for(std::chrono::milliseconds(1));
  }
  const Stats stats = database.stats();
  CHECK(stats.fsync.runs == 1);
  CHECK(stats.log_synced_bytes == stats.log_bytes);
}

TEST_CASE("an interval of nothing is refused, it would never rest") {
  const TemporaryDirectory directory;
  Options options = synchronous(FsyncMode::interval);
  options.fsync_interval = std::chrono::milliseconds(0);
  CHECK(code_of(Database::open(directory.path(), options)) == ErrorCode::invalid_argument);
}

TEST_CASE("in never mode closing syncs what is pending") {
  const TemporaryDirectory directory;
  FailingFileSystem files(posix_file_system());
  Database database = must(Database::open(directory.path(), synchronous(), files));
  set(database, "a", "1");
  CHECK(database.stats().log_synced_bytes == 8);
  must(database.sync());
  CHECK(database.stats().log_synced_bytes == database.stats().log_bytes);
  set(database, "b", "2");
  // That it does is seen where it fails.
  files.fail(Call::sync);
  CHECK(code_of(database.close()) == ErrorCode::io);
}

TEST_CASE("a failed write is not visible, is cut back, and stops the log for good") {
  const TemporaryDirectory directory;
  FailingFileSystem files(posix_file_system());
  Database database = must(Database::open(directory.path(), synchronous(), files));
  set(database, "a", "1");
  const std::string before = read_file(directory / "aol.bin");
  const Version newest = database.stats().newest_version;
  files.fail(Call::write, ErrorCode::no_space);
  Transaction writer = must(database.begin());
  must(writer.set("a", "2"));
  CHECK(code_of(writer.commit()) == ErrorCode::no_space);
  CHECK(get(database, "a") == "1");
  CHECK(database.stats().newest_version == newest);
  CHECK(read_file(directory / "aol.bin") == before);

  files.fail(Call::none);
  Transaction later = must(database.begin());
  must(later.set("b", "3"));
  const auto refused = later.commit();
  CHECK(code_of(refused) == ErrorCode::poisoned);
  CHECK_THAT(refused.error().message, Catch::Contains("failed on purpose"));
  CHECK(read_file(directory / "aol.bin") == before);
  CHECK(database.stats().poisoned->code == ErrorCode::no_space);
  CHECK(code_of(database.close()) == ErrorCode::no_space);
}

TEST_CASE("a commit whose sync failed does not come back: nobody was told of it") {
  const TemporaryDirectory directory;
  FailingFileSystem files(posix_file_system());
  {
    Database database =
        must(Database::open(directory.path(), synchronous(FsyncMode::every_append), files));
    set(database, "a", "1");
    files.fail(Call::sync);
    Transaction writer = must(database.begin());
    must(writer.set("a", "2"));
    CHECK(code_of(writer.commit()) == ErrorCode::io);
  }
  files.fail(Call::none);
  Database database = must(Database::open(directory.path(), synchronous(), files));
  CHECK(get(database, "a") == "1");
}

namespace {

// Nobody can look at files in it while it is blind.
class BlindFileSystem final : public FailingFileSystem {
 public:
  BlindFileSystem() : FailingFileSystem(posix_file_system()) {}
  Result<FileInfo> info(const std::string& path) override {
    if (is_blind) return persist::fail(ErrorCode::io, path, "failed on purpose");
    return FailingFileSystem::info(path);
  }
  bool is_blind = false;
};

}  // namespace

TEST_CASE("a commit does not come back that failed because nobody could look whose the log is") {
  const TemporaryDirectory directory;
  BlindFileSystem files;
  {
    Database database =
        must(Database::open(directory.path(), synchronous(FsyncMode::every_append), files));
    set(database, "a", "1");
    files.is_blind = true;
    Transaction writer = must(database.begin());
    must(writer.set("a", "2"));
    CHECK(code_of(writer.commit()) == ErrorCode::io);
    files.is_blind = false;
  }
  Database database = must(Database::open(directory.path(), synchronous(), files));
  CHECK(get(database, "a") == "1");
}

TEST_CASE("a failed sync stops the log for good, whatever the mode") {
  const TemporaryDirectory directory;
  FailingFileSystem files(posix_file_system());
  Options options =
      synchronous(GENERATE(FsyncMode::every_append, FsyncMode::interval, FsyncMode::never));
  options.fsync_interval = std::chrono::milliseconds(1);
  Database database = must(Database::open(directory.path(), options, files));
  files.fail(Call::sync);
  {
    Transaction writer = must(database.begin());
    must(writer.set("a", "1"));
    CHECK(writer.commit().has_value() == (options.fsync_mode != FsyncMode::every_append));
  }
  if (options.fsync_mode == FsyncMode::never) CHECK(code_of(database.sync()) == ErrorCode::io);
  for (int wait = 0; wait < 30'000 && !database.stats().poisoned; ++wait) {
    std::this_thread::sleep_for(std::chrono::milliseconds(1));
  }
  files.fail(Call::none);
  Transaction later = must(database.begin());
  must(later.set("b", "2"));
  CHECK(code_of(later.commit()) == ErrorCode::poisoned);
  CHECK(code_of(database.close()) == ErrorCode::io);
}

TEST_CASE("a log replaced or removed under a running database is noticed") {
  const TemporaryDirectory directory;
  Database database = must(Database::open(directory.path(), synchronous(FsyncMode::every_append)));
  set(database, "a", "1");
  std::filesystem::remove(directory / "aol.bin");
  if (GENERATE(true, false)) write_file(directory / "aol.bin", header_v2);
  Transaction writer = must(database.begin());
  must(writer.set("a", "2"));
  CHECK(code_of(writer.commit()) == ErrorCode::changed);
  CHECK(code_of(database.snapshot()) == ErrorCode::poisoned);
}

TEST_CASE("neither sync nor close says that a log is safe which is not the database's any more") {
  const TemporaryDirectory directory;
  Database database =
      must(Database::open(directory.path(), GENERATE(synchronous(), asynchronous())));
  set(database, "a", "1");
  must(database.drain());
  std::filesystem::remove(directory / "aol.bin");
  if (GENERATE(true, false)) write_file(directory / "aol.bin", header_v2);
  if (GENERATE(true, false)) CHECK(code_of(database.sync()) == ErrorCode::changed);
  CHECK(code_of(database.close()) == ErrorCode::changed);
}

TEST_CASE("a snapshot does not take the place of one whose log is not the database's any more") {
  const TemporaryDirectory directory;
  Database database = must(Database::open(directory.path(), synchronous()));
  set(database, "a", "1");
  std::filesystem::remove(directory / "aol.bin");
  write_file(directory / "aol.bin", header_v2);
  write_file(directory / "snapshot.bin", "another's");
  CHECK(code_of(database.snapshot()) == ErrorCode::changed);
  CHECK(read_file(directory / "snapshot.bin") == "another's");
}

TEST_CASE("a transaction that a frame cannot hold is refused and the database goes on",
          "[.large]") {
  const TemporaryDirectory directory;
  Database database = must(Database::open(directory.path(), synchronous()));
  const std::string large(1ULL << 30U, 'x');
  Transaction writer = must(database.begin());
  for (const char* key : {"a", "b", "c", "d"}) must(writer.set(key, large));
  CHECK(code_of(writer.commit()) == ErrorCode::limit);
  CHECK(set(database, "e", "1") == 1);
}

TEST_CASE("a transaction of thousands of keys is one frame") {
  const TemporaryDirectory directory;
  {
    Database database = must(Database::open(directory.path(), synchronous()));
    Transaction writer = must(database.begin());
    for (int i = 0; i < 20'000; ++i) must(writer.set(std::to_string(i), "value"));
    CHECK(must(writer.commit()) == 1);
  }
  Database again = must(Database::open(directory.path(), {}));
  CHECK(rows_of(again).size() == 20'000);
}

TEST_CASE("an interval that no clock can count is refused") {
  const TemporaryDirectory directory;
  Options options = synchronous(FsyncMode::interval);
  options.fsync_interval = std::chrono::milliseconds::max();
  CHECK(code_of(Database::open(directory.path(), options)) == ErrorCode::invalid_argument);
  options = synchronous();
  options.snapshot_mode = SnapshotMode::interval;
  options.snapshot_interval = std::chrono::milliseconds::max();
  CHECK(code_of(Database::open(directory.path(), options)) == ErrorCode::invalid_argument);
}
