#include <atomic>
#include <thread>

#include "support/failing_file_system.hpp"
#include "support/mode_watch.hpp"
#include "support/temporary_directory.hpp"
#include "unit/engine/crafted_log.hpp"
#include "unit/engine/open_database.hpp"

using namespace persist;
using namespace persist::test;

namespace {

const std::string lz4_magic("\x04\x22\x4D\x18", 4);

// The snapshot of line 1.1 that holds nothing yet.
std::string snapshot_header(Version covered) {
  std::string bytes("\xFFSMXSNP\x01", 8);
  formats::append_little_endian(bytes, covered);
  return bytes;
}

Options snapshot_only() {
  return {};
}

}  // namespace

TEST_CASE("a snapshot holds the newest value of each live key behind its header") {
  const TemporaryDirectory directory;
  Database database = must(Database::open(directory.path(), synchronous()));
  set(database, "a", "1");
  set(database, "b", "2");
  set(database, "a", "3");
  set(database, "c", "4");
  del(database, "b");
  CHECK(must(database.snapshot()) == 5);
  CHECK(read_file(directory / "snapshot.bin") ==
        snapshot_header(5) + std::string("\x01"
                                         "a\x01\x03\x01\x01"
                                         "3"
                                         "\x01"
                                         "c\x01\x04\x01\x01"
                                         "4",
                                         14));
  CHECK(read_file(directory / "aol.bin") == header_v2);
  CHECK(directory.names() == std::vector<std::string>{"aol.bin", "snapshot.bin"});
}

TEST_CASE("the first snapshot is as private as the log") {
  const TemporaryDirectory directory;
  ModeWatch files(posix_file_system());
  const mode_t mode = GENERATE(0600, 0640, 0644);
  Database database = must(Database::open(directory.path(), synchronous(), files));
  set(database, "a", "1");
  REQUIRE(::chmod((directory / "aol.bin").c_str(), mode) == 0);
  must(database.snapshot());
  CHECK(mode_of(directory / "snapshot.bin") == mode);
  CHECK(files.created_as == OpenMode::create_private);
}

TEST_CASE("snapshot, later commits and a reopen leave both") {
  const auto line = GENERATE(from_range(all_release_lines));
  const auto compression = GENERATE(Compression::none, Compression::lz4);
  const TemporaryDirectory directory;
  Options options = GENERATE(synchronous(), asynchronous());
  options.release_line = line;
  options.compression = compression;
  std::vector<Row> expected;
  {
    Database database = must(Database::open(directory.path(), options));
    for (int i = 0; i < 500; ++i) set(database, "first" + std::to_string(i), std::to_string(i));
    for (int i = 0; i < 100; ++i) del(database, "first" + std::to_string(i));
    must(database.snapshot());
    for (int i = 0; i < 500; ++i) set(database, "second" + std::to_string(i), std::to_string(i));
    del(database, "first200");
    expected = rows_of(database);
  }
  CHECK(expected.size() == 899);
  Database again = must(Database::open(directory.path(), options));
  CHECK(rows_of(again) == expected);
}

TEST_CASE("without a log only the snapshot survives, and no log appears") {
  const TemporaryDirectory directory;
  {
    Database database = must(Database::open(directory.path(), snapshot_only()));
    set(database, "a", "1");
    must(database.snapshot());
    set(database, "b", "2");
  }
  CHECK(directory.names() == std::vector<std::string>{"snapshot.bin"});
  Database again = must(Database::open(directory.path(), snapshot_only()));
  CHECK(rows_of(again) == std::vector<Row>{{"a", "1"}});
}

TEST_CASE("without a log mode a log that lies there is read and never touched") {
  const TemporaryDirectory directory;
  const std::string log = header_v2 + frame(FrameVersion::v2, 1, {{"a", "1"}, {"b", "1"}});
  write_file(directory / "aol.bin", log);
  {
    Database database = must(Database::open(directory.path(), snapshot_only()));
    del(database, "a");
    must(database.snapshot());
  }
  CHECK(read_file(directory / "aol.bin") == log);
  Database again = must(Database::open(directory.path(), snapshot_only()));
  CHECK(rows_of(again) == std::vector<Row>{{"b", "1"}});
}

TEST_CASE("an older line refuses a snapshot beside a log that it may not cut") {
  const TemporaryDirectory directory;
  write_file(directory / "aol.bin", legacy_commit(1, {{"a", "1"}}));
  Options options = snapshot_only();
  options.release_line = ReleaseLine::v0_27;
  Database database = must(Database::open(directory.path(), options));
  CHECK(code_of(database.snapshot()) == ErrorCode::unsupported);
  CHECK(directory.names() == std::vector<std::string>{"aol.bin"});
}

TEST_CASE("an LZ4 snapshot says so behind the header, and any mode reads both kinds") {
  const TemporaryDirectory directory;
  const auto written = GENERATE(Compression::none, Compression::lz4);
  Options options = synchronous();
  options.compression = written;
  {
    Database database = must(Database::open(directory.path(), options));
    Transaction writer = must(database.begin());
    for (int i = 0; i < 50; ++i) must(writer.set(std::to_string(i), std::string(10'000, 'x')));
    must(writer.commit());
    must(database.snapshot());
  }
  const std::string bytes = read_file(directory / "snapshot.bin");
  CHECK((bytes.substr(16, 4) == lz4_magic) == (written == Compression::lz4));
  if (written == Compression::lz4) CHECK(bytes.size() < 300'000);
  options.compression = GENERATE(Compression::none, Compression::lz4);
  Database again = must(Database::open(directory.path(), options));
  CHECK(rows_of(again).size() == 50);
  CHECK(get(again, "49") == std::string(10'000, 'x'));
}

TEST_CASE("an empty database has an empty snapshot, compressed or not") {
  const TemporaryDirectory directory;
  Options options = synchronous();
  options.compression = GENERATE(Compression::none, Compression::lz4);
  {
    Database database = must(Database::open(directory.path(), options));
    must(database.snapshot());
  }
  Database again = must(Database::open(directory.path(), options));
  CHECK(rows_of(again).empty());
}

TEST_CASE("a snapshot that would look like LZ4 to the engines is compressed") {
  const TemporaryDirectory directory;
  const std::string key("\x22\x4D\x18z", 4);
  {
    Database database = must(Database::open(directory.path(), synchronous()));
    set(database, key, "1");
    must(database.snapshot());
  }
  Database again = must(Database::open(directory.path(), synchronous()));
  CHECK(rows_of(again) == std::vector<Row>{{key, "1"}});
}

TEST_CASE("a second snapshot replaces the first") {
  const TemporaryDirectory directory;
  {
    Database database = must(Database::open(directory.path(), synchronous()));
    set(database, "a", "1");
    must(database.snapshot());
    del(database, "a");
    set(database, "b", "2");
    must(database.snapshot());
  }
  Database again = must(Database::open(directory.path(), synchronous()));
  CHECK(rows_of(again) == std::vector<Row>{{"b", "2"}});
}

TEST_CASE("a legacy log can be snapshotted and extended") {
  const TemporaryDirectory directory;
  write_file(directory / "aol.bin", legacy_commit(1, {{"a", "1"}}));
  {
    Database database = must(Database::open(directory.path(), synchronous()));
    must(database.snapshot());
    CHECK(read_file(directory / "aol.bin") == header_v2);
    set(database, "b", "2");
  }
  Database again = must(Database::open(directory.path(), synchronous()));
  CHECK(rows_of(again) == std::vector<Row>{{"a", "1"}, {"b", "2"}});
}

TEST_CASE("interval snapshots happen by themselves, and not without new commits") {
  const TemporaryDirectory directory;
  Options options = synchronous();
  options.snapshot_mode = SnapshotMode::interval;
  options.snapshot_interval = std::chrono::milliseconds(5);
  Database database = must(Database::open(directory.path(), options));
  std::this_thread::sleep_for(std::chrono::milliseconds(20));
  CHECK(database.stats().snapshot.runs == 0);
  set(database, "a", "1");
  for (int wait = 0; wait < 30'000 && database.stats().snapshot.runs == 0; ++wait) {
    std::this_thread::sleep_for(std::chrono::milliseconds(1));
  }
  REQUIRE(database.stats().snapshot.runs == 1);
  CHECK(database.stats().snapshot_version == 1);
  const FileInfo before = must(posix_file_system().info(directory / "snapshot.bin"));
  std::this_thread::sleep_for(std::chrono::milliseconds(50));
  CHECK(database.stats().snapshot.runs == 1);
  CHECK(must(posix_file_system().info(directory / "snapshot.bin")).inode == before.inode);
}

TEST_CASE("a reopened database whose snapshot holds everything takes no new one by itself") {
  const TemporaryDirectory directory;
  {
    Database database = must(Database::open(directory.path(), synchronous()));
    set(database, "a", "1");
    must(database.snapshot());
  }
  Options options = synchronous();
  options.snapshot_mode = SnapshotMode::interval;
  options.snapshot_interval = std::chrono::milliseconds(2);
  Database database = must(Database::open(directory.path(), options));
  std::this_thread::sleep_for(std::chrono::milliseconds(20));
  CHECK(database.stats().snapshot.runs == 0);
}

TEST_CASE("a snapshot that fails leaves both files and the database as they were") {
  const TemporaryDirectory directory;
  FailingFileSystem files(posix_file_system());
  Database database = must(Database::open(directory.path(), synchronous(), files));
  set(database, "a", "1");
  const std::string log = read_file(directory / "aol.bin");
  const auto [call, code] = GENERATE(table<Call, ErrorCode>({{Call::create, ErrorCode::permission},
                                                             {Call::rename, ErrorCode::io},
                                                             {Call::create, ErrorCode::no_space}}));
  files.fail(call, code);
  CHECK(code_of(database.snapshot()) == code);
  files.fail(Call::none);
  CHECK(directory.names() == std::vector<std::string>{"aol.bin"});
  CHECK(read_file(directory / "aol.bin") == log);
  set(database, "b", "2");
  must(database.snapshot());
  CHECK(rows_of(database).size() == 2);
}

TEST_CASE("a worker's failure stays in the stats until it succeeds again") {
  const TemporaryDirectory directory;
  FailingFileSystem files(posix_file_system());
  Options options = synchronous();
  options.snapshot_mode = SnapshotMode::interval;
  options.snapshot_interval = std::chrono::milliseconds(2);
  Database database = must(Database::open(directory.path(), options, files));
  const auto wait_for = [&](bool failed) {
    for (int wait = 0; wait < 30'000; ++wait) {
      const Stats stats = database.stats();
      if (stats.snapshot.runs > 0 && stats.snapshot.last_error.has_value() == failed) return true;
      std::this_thread::sleep_for(std::chrono::milliseconds(1));
    }
    return false;
  };
  files.fail(Call::create, ErrorCode::no_space);
  set(database, "a", "1");
  CHECK(wait_for(true));
  files.fail(Call::none);
  CHECK(wait_for(false));
}

TEST_CASE("a snapshot during writes is one consistent cut, and nothing is lost") {
  const TemporaryDirectory directory;
  const Options options = GENERATE(synchronous(), asynchronous());
  std::atomic<bool> stops{false};
  int last = 0;
  {
    Database database = must(Database::open(directory.path(), options));
    std::jthread writer([&] {
      for (int i = 1; i <= 20'000 && !stops; ++i) {
        Transaction transaction = must(database.begin());
        must(transaction.set("left", std::to_string(i)));
        must(transaction.set("right", std::to_string(i)));
        must(transaction.set("log" + std::to_string(i), ""));
        must(transaction.commit());
        last = i;
      }
    });
    while (database.stats().newest_version == 0) std::this_thread::yield();
    for (int round = 0; round < 20; ++round) {
      must(database.snapshot());
      // What the snapshot alone says.
      const TemporaryDirectory alone;
      std::filesystem::copy_file(directory / "snapshot.bin", alone / "snapshot.bin");
      Database copy = must(Database::open(alone.path(), {}));
      CHECK(get(copy, "left") == get(copy, "right"));
      const std::size_t count = std::stoul(get(copy, "left").value_or("0"));
      CHECK(rows_of(copy).size() == count + (count > 0 ? 2 : 0));
    }
    stops = true;
  }
  Database again = must(Database::open(directory.path(), options));
  CHECK(get(again, "left") == std::to_string(last));
  CHECK(rows_of(again).size() == static_cast<std::size_t>(last) + 2);
}

TEST_CASE("snapshots at the same time wait for each other") {
  const TemporaryDirectory directory;
  Database database = must(Database::open(directory.path(), synchronous()));
  for (int i = 0; i < 1000; ++i) set(database, std::to_string(i), "value");
  {
    std::vector<std::jthread> threads;
    for (int i = 0; i < 4; ++i) threads.emplace_back([&] { must(database.snapshot()); });
  }
  must(database.close());
  Database again = must(Database::open(directory.path(), synchronous()));
  CHECK(rows_of(again).size() == 1000);
}

TEST_CASE("a snapshot of line 0.18 keeps the versions that are kept, deletes included") {
  const TemporaryDirectory directory;
  Options options = synchronous();
  options.release_line = ReleaseLine::v0_18;
  options.history_versions = keep_all_history;
  Version first = 0;
  Version second = 0;
  Version third = 0;
  {
    Database database = must(Database::open(directory.path(), options));
    first = set(database, "a", "1");
    second = del(database, "a");
    third = set(database, "a", "3");
    must(database.snapshot());
  }
  CHECK(read_file(directory / "aol.bin").empty());
  Database again = must(Database::open(directory.path(), options));
  CHECK(must(must(again.begin_read_at(first)).get("a")) == "1");
  CHECK(must(must(again.begin_read_at(second)).get("a")) == std::nullopt);
  CHECK(must(must(again.begin_read_at(third)).get("a")) == "3");
}

TEST_CASE("after a failed log a snapshot still saves what was acknowledged") {
  const TemporaryDirectory directory;
  FailingFileSystem files(posix_file_system());
  {
    Database database = must(Database::open(directory.path(), synchronous(), files));
    set(database, "a", "1");
    files.fail(Call::sync);
    CHECK(code_of(database.sync()) == ErrorCode::io);
    files.fail(Call::none);
    const std::string log = read_file(directory / "aol.bin");
    CHECK(must(database.snapshot()) == 1);
    CHECK(read_file(directory / "aol.bin") == log);
  }
  Database again = must(Database::open(directory.path(), synchronous()));
  CHECK(rows_of(again) == std::vector<Row>{{"a", "1"}});
}
