// What open does with a log or snapshot that is not as it was written. Lines of the log are
// crafted; the real files' damage is in the second half.
#include <filesystem>

#include "support/mode_watch.hpp"
#include "support/real_files.hpp"
#include "support/temporary_directory.hpp"
#include "unit/engine/crafted_log.hpp"
#include "unit/engine/open_database.hpp"

using namespace persist;
using namespace persist::test;

namespace {

// Three commits, each longer than a sector, with what their frames say of the last sync.
struct CraftedLog {
  explicit CraftedLog(std::array<std::uint64_t, 3> synced_to) {
    for (Version version = 1; version <= 3; ++version) {
      offsets.push_back(bytes.size());
      bytes +=
          frame(FrameVersion::v2, version,
                {{"key" + std::to_string(version), std::string(606, 'v')}}, synced_to[version - 1]);
    }
  }
  [[nodiscard]] std::string with_flip(std::uint64_t offset) const {
    std::string flipped = bytes;
    flipped[offset] = static_cast<char>(flipped[offset] ^ 1);
    return flipped;
  }

  std::string bytes = header_v2;
  std::vector<std::uint64_t> offsets;
};

// Every frame synced before the next was written.
const CraftedLog synced_log{{8, 640, 1272}};
// All written after one sync.
const CraftedLog unsynced_log{{8, 8, 8}};

std::vector<std::string> keys_of(Database& database) {
  return must(must(database.begin_read()).keys({}));
}

FsyncMode any_fsync() {
  return GENERATE(FsyncMode::never, FsyncMode::every_append, FsyncMode::interval);
}

}  // namespace

TEST_CASE("the crafted logs are what they say") {
  const TemporaryDirectory directory;
  REQUIRE(synced_log.offsets[1] == 8 + 632);
  write_file(directory / "aol.bin", synced_log.bytes);
  Database database = must(Database::open(directory.path(), synchronous()));
  CHECK(keys_of(database).size() == 3);
}

TEST_CASE("garbage behind the last frame is cut off and kept beside the log") {
  const TemporaryDirectory directory;
  const std::string garbage = GENERATE(std::string("no frame"), std::string(100, '\0'),
                                       std::string(1, '\xFF'), std::string(5000, 'x'));
  write_file(directory / "aol.bin", synced_log.bytes + garbage);
  const FsyncMode fsync = any_fsync();
  {
    Database database = must(Database::open(directory.path(), synchronous(fsync)));
    CHECK(read_file(directory / "aol.bin") == synced_log.bytes);
    set(database, "later", "1");
  }
  const std::string kept = "aol.bin.torn-" + std::to_string(synced_log.bytes.size()) + "-" +
                           std::to_string(garbage.size());
  CHECK(directory.names() == std::vector<std::string>{"aol.bin", kept});
  CHECK(read_file(directory / kept) == garbage);
  Database again = must(Database::open(directory.path(), synchronous(fsync)));
  CHECK(keys_of(again).size() == 4);
}

TEST_CASE("torn tails of one place and length are all kept, equal ones once") {
  const TemporaryDirectory directory;
  for (const char* tail : {"torn 1", "torn 2", "torn 1", "torn 3", "torn 2"}) {
    write_file(directory / "aol.bin", synced_log.bytes + tail);
    must(Database::open(directory.path(), synchronous()));
  }
  const std::string kept = "aol.bin.torn-" + std::to_string(synced_log.bytes.size()) + "-6";
  CHECK(directory.names() == std::vector<std::string>{"aol.bin", kept, kept + "-2", kept + "-3"});
  CHECK(read_file(directory / kept) == "torn 1");
  CHECK(read_file(directory / (kept + "-2")) == "torn 2");
  CHECK(read_file(directory / (kept + "-3")) == "torn 3");
}

TEST_CASE("the copy of a private log's torn tail is never anybody else's") {
  const TemporaryDirectory directory;
  write_file(directory / "aol.bin", synced_log.bytes + "torn");
  REQUIRE(::chmod((directory / "aol.bin").c_str(), 0600) == 0);
  ModeWatch files(posix_file_system());
  must(Database::open(directory.path(), synchronous(), files));
  CHECK(files.created_as == OpenMode::create_private);
  const std::string kept = "aol.bin.torn-" + std::to_string(synced_log.bytes.size()) + "-4";
  CHECK(mode_of(directory / kept) == 0600);
}

TEST_CASE("without a log mode a torn tail is not read and not cut") {
  const TemporaryDirectory directory;
  write_file(directory / "aol.bin", synced_log.bytes + "torn");
  Database database = must(Database::open(directory.path(), {}));
  CHECK(keys_of(database).size() == 3);
  CHECK(read_file(directory / "aol.bin") == synced_log.bytes + "torn");
  CHECK(directory.names() == std::vector<std::string>{"aol.bin"});
}

TEST_CASE("a flip in a frame that a later one records as synced refuses, and repair is named") {
  const std::uint64_t in_header = synced_log.offsets[0] + GENERATE(0, 2, 3, 4, 8, 20, 300);
  const std::string damaged = synced_log.with_flip(in_header);
  const TemporaryDirectory directory;
  write_file(directory / "aol.bin", damaged);
  const auto opened = Database::open(directory.path(), synchronous(any_fsync()));
  CHECK(code_of(opened) == ErrorCode::damaged);
  CHECK_THAT(opened.error().advice, Catch::Contains("persist repair"));
  CHECK(read_file(directory / "aol.bin") == damaged);
  CHECK(directory.names() == std::vector<std::string>{"aol.bin"});
}

TEST_CASE("the same when the damaged frame holds pages of zeros") {
  const TemporaryDirectory directory;
  const std::string zeros = frame(FrameVersion::v2, 1, {{"zeros", std::string(16'384, '\0')}});
  std::string damaged = header_v2 + zeros;
  damaged += frame(FrameVersion::v2, 2, {{"later", "1"}}, damaged.size());
  damaged[8 + 16 + 100] = 1;
  write_file(directory / "aol.bin", damaged);
  CHECK(code_of(Database::open(directory.path(), synchronous())) == ErrorCode::damaged);
}

TEST_CASE("a flip in the last frame's contents, zeros behind it or not, is a torn tail") {
  const TemporaryDirectory directory;
  const std::string zeros(GENERATE(0U, 700U), '\0');
  write_file(directory / "aol.bin", synced_log.with_flip(synced_log.offsets[2] + 100) + zeros);
  Database database = must(Database::open(directory.path(), synchronous(any_fsync())));
  CHECK(keys_of(database) == std::vector<std::string>{"key1", "key2"});
  CHECK(read_file(directory / "aol.bin").size() == synced_log.offsets[2]);
}

TEST_CASE("a flip in the last frame's header refuses: its commit is whole behind it") {
  const TemporaryDirectory directory;
  write_file(directory / "aol.bin", synced_log.with_flip(synced_log.offsets[2] + 5));
  CHECK(code_of(Database::open(directory.path(), synchronous())) == ErrorCode::damaged);
}

TEST_CASE("damage in frames written since the last sync is a torn tail, though frames follow") {
  const TemporaryDirectory directory;
  write_file(directory / "aol.bin", unsynced_log.with_flip(unsynced_log.offsets[1] + 100));
  {
    Database database = must(Database::open(directory.path(), synchronous(any_fsync())));
    CHECK(keys_of(database) == std::vector<std::string>{"key1"});
    set(database, "later", "1");
  }
  Database again = must(Database::open(directory.path(), synchronous()));
  CHECK(keys_of(again) == std::vector<std::string>{"key1", "later"});
}

TEST_CASE("a frame of the right checksum that holds no commit refuses, whatever follows it") {
  const TemporaryDirectory directory;
  std::string log = unsynced_log.bytes;
  const std::size_t damaged_at = log.size();
  formats::append_frame(log, std::string("\1c\3\2\1x", 6), 8, FrameVersion::v2);
  if (GENERATE(true, false)) log += frame(FrameVersion::v2, 5, {{"later", "1"}});
  write_file(directory / "aol.bin", log);
  const auto opened = Database::open(directory.path(), synchronous(any_fsync()));
  CHECK(code_of(opened) == ErrorCode::damaged);
  CHECK(opened.error().offset == damaged_at);
  CHECK(read_file(directory / "aol.bin") == log);
  CHECK(directory.names() == std::vector<std::string>{"aol.bin"});
}

TEST_CASE("a page of a batch that never reached the disk is a torn tail") {
  const TemporaryDirectory directory;
  std::string damaged = unsynced_log.bytes;
  damaged.replace(512, 512, 512, '\0');
  write_file(directory / "aol.bin", damaged);
  Database database = must(Database::open(directory.path(), synchronous()));
  CHECK(keys_of(database).empty());
  CHECK(read_file(directory / "aol.bin") == header_v2);
}

TEST_CASE("a header that a lost sector took from a whole last commit is a torn tail") {
  // The frame's header ends one sector, its payload fills the next.
  const TemporaryDirectory directory;
  std::string log = header_v2 + frame(FrameVersion::v2, 1, {{"a", std::string(473, 'x')}});
  REQUIRE(log.size() == 504);
  log += frame(FrameVersion::v2, 2, {{"b", std::string(100, 'y')}});
  log.replace(504, 8, 8, '\0');
  write_file(directory / "aol.bin", log);
  Database database = must(Database::open(directory.path(), synchronous()));
  CHECK(keys_of(database) == std::vector<std::string>{"a"});
}

TEST_CASE("when the first page behind the header is lost everything is cut, and commits go on") {
  const TemporaryDirectory directory;
  std::string damaged = unsynced_log.bytes;
  damaged.replace(8, std::string::npos, damaged.size() - 8, '\0');
  write_file(directory / "aol.bin", damaged);
  {
    Database database = must(Database::open(directory.path(), synchronous()));
    CHECK(read_file(directory / "aol.bin") == header_v2);
    set(database, "later", "1");
  }
  Database again = must(Database::open(directory.path(), synchronous()));
  CHECK(keys_of(again) == std::vector<std::string>{"later"});
}

TEST_CASE("damage before any commit of line 1.0 refuses") {
  const TemporaryDirectory directory;
  std::string log = log_header(FrameVersion::v1);
  const std::size_t damaged_at = log.size() + 20;
  log += frame(FrameVersion::v1, 1, {{"a", std::string(100, 'x')}});
  log += frame(FrameVersion::v1, 2, {{"b", "2"}});
  log[damaged_at] = 'y';
  write_file(directory / "aol.bin", log);
  Options options = synchronous();
  options.release_line = GENERATE(ReleaseLine::v1_0, ReleaseLine::v1_1);
  CHECK(code_of(Database::open(directory.path(), options)) == ErrorCode::damaged);
  CHECK(read_file(directory / "aol.bin") == log);
}

TEST_CASE("a torn tail of a line 1.0 log is cut, and the rest rewritten for 1.1") {
  const TemporaryDirectory directory;
  const std::string last = frame(FrameVersion::v1, 2, {{"b", "2"}});
  write_file(directory / "aol.bin", log_header(FrameVersion::v1) +
                                        frame(FrameVersion::v1, 1, {{"a", "1"}}) +
                                        last.substr(0, last.size() - 1));
  Database database = must(Database::open(directory.path(), synchronous()));
  CHECK(keys_of(database) == std::vector<std::string>{"a"});
  CHECK(read_file(directory / "aol.bin") ==
        header_v2 + frame(FrameVersion::v2, 1, {{"a", "1"}}, 0));
}

TEST_CASE("a header of a newer format version, or none that is known, refuses") {
  const TemporaryDirectory directory;
  const std::string header =
      GENERATE(std::string("\xFFSMXAOL\x03", 8), std::string("\xFFother\x01", 7));
  write_file(directory / "aol.bin", header + synced_log.bytes.substr(8));
  const auto opened = Database::open(directory.path(), synchronous());
  const ErrorCode code = code_of(opened);
  CHECK((code == ErrorCode::newer_format || code == ErrorCode::damaged));
}

TEST_CASE("a legacy log's torn record or torn header is cut") {
  const TemporaryDirectory directory;
  const std::string whole = legacy_commit(1, {{"a", "1"}, {"b", "1"}}) +
                            legacy_commit(2, {{"b", std::nullopt}, {"c", "2"}});
  const std::string record = legacy_commit(3, {{"d", "a value that was cut"}});
  const std::string torn = GENERATE_REF(std::string(), record.substr(0, 1), record.substr(0, 9),
                                        std::string("\xFFSMX", 4));
  write_file(directory / "aol.bin", whole + torn);
  {
    Database database = must(Database::open(directory.path(), synchronous()));
    CHECK(keys_of(database) == std::vector<std::string>{"a", "c"});
    CHECK(read_file(directory / "aol.bin") == whole);
    set(database, "later", "1");
  }
  Database again = must(Database::open(directory.path(), synchronous()));
  CHECK(keys_of(again) == std::vector<std::string>{"a", "c", "later"});
}

TEST_CASE("damage in a legacy run refuses when commits follow, framed ones too") {
  const TemporaryDirectory directory;
  std::string log;
  for (Version version = 1; version <= 20; ++version) {
    log += legacy_commit(version, {{"key:" + std::to_string(version), "value of the key"}});
  }
  log[100] = static_cast<char>(log[100] ^ '\x80');
  log[101] = '\xFE';
  if (GENERATE(true, false)) log += header_v2 + frame(FrameVersion::v2, 21, {{"z", "1"}}, 0);
  write_file(directory / "aol.bin", log);
  const auto opened = Database::open(directory.path(), synchronous());
  CHECK(code_of(opened) == ErrorCode::damaged);
  CHECK(read_file(directory / "aol.bin") == log);
}

TEST_CASE("a legacy log that ends in whole records was not cut short, and is not cut") {
  const TemporaryDirectory directory;
  std::string log;
  for (Version version = 1; version <= 60; ++version) {
    log += legacy_commit(version, {{"key:" + std::to_string(100 + version), "value of the key"}});
  }
  // A record of another commit stands inside the last one: its version was altered.
  log += legacy_commit(61, {{"key:161", "value of the key"}});
  log += legacy_commit(70, {{"key:162", "value of the key"}});
  log += legacy_commit(61, {{"key:163", "value of the key"}});
  write_file(directory / "aol.bin", log);
  const auto opened = Database::open(directory.path(), synchronous());
  CHECK(code_of(opened) == ErrorCode::damaged);
  CHECK(read_file(directory / "aol.bin") == log);
}

TEST_CASE("a damaged snapshot refuses, whatever the log still has") {
  const TemporaryDirectory directory;
  {
    Database database = must(Database::open(directory.path(), synchronous()));
    for (int i = 0; i < 100; ++i) set(database, std::to_string(i), "value");
    must(database.snapshot());
  }
  const std::string sound = read_file(directory / "snapshot.bin");
  const std::string damaged = GENERATE_REF(sound.substr(0, sound.size() - 3), sound.substr(0, 12),
                                           std::string(sound.size(), '\0'));
  write_file(directory / "snapshot.bin", damaged);
  const auto opened = Database::open(directory.path(), synchronous());
  CHECK(code_of(opened) == ErrorCode::damaged);
  CHECK_THAT(opened.error().advice, Catch::Contains("persist repair"));
  CHECK(read_file(directory / "snapshot.bin") == damaged);
}

TEST_CASE(
    "no real damaged log opens with less than its surviving promise, or changes when refused") {
  for (const ReleaseLine line : all_release_lines) {
    const std::string family = "damaged/" + std::string(name_of(line));
    for (const std::string& name : directories_in(family)) {
      INFO(name);
      const std::string bytes = read_whole_file(testdata(name) + "/aol.bin");
      REQUIRE_FALSE(bytes.empty());
      const TemporaryDirectory directory;
      write_file(directory / "aol.bin", bytes);
      Options options = synchronous();
      options.release_line = line;
      auto opened = Database::open(directory.path(), options);
      if (!opened) {
        CHECK(opened.error().code == ErrorCode::damaged);
        CHECK(read_file(directory / "aol.bin") == bytes);
        continue;
      }
      // What opens is a prefix, and the rest lies beside it.
      const std::string left = read_file(directory / "aol.bin");
      CHECK(bytes.starts_with(left));
      std::string kept;
      for (const std::string& file : directory.names()) {
        if (file != "aol.bin") kept += read_file(directory / file);
      }
      CHECK(left + kept == bytes);
    }
  }
}
