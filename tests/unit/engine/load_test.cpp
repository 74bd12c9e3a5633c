#include <filesystem>

#include "support/failing_file_system.hpp"
#include "support/real_files.hpp"
#include "support/temporary_directory.hpp"
#include "unit/engine/crafted_log.hpp"
#include "unit/engine/open_database.hpp"

using namespace persist;
using namespace persist::test;

namespace {

void copy_into(const std::string& source, const TemporaryDirectory& directory) {
  for (const char* name : {"aol.bin", "snapshot.bin"}) {
    if (std::filesystem::exists(source + "/" + name)) {
      std::filesystem::copy_file(source + "/" + name, directory / name,
                                 std::filesystem::copy_options::overwrite_existing);
    }
  }
}

// Opening thousands of times, without a search through all processes each time.
class AloneFileSystem final : public FailingFileSystem {
 public:
  AloneFileSystem() : FailingFileSystem(posix_file_system()) {}
  Result<std::vector<ProcessInfo>> writers_of(const std::string&) override {
    return std::vector<ProcessInfo>{};
  }
};

Rows as_map(Database& database) {
  Rows rows;
  for (Row& row : rows_of(database)) rows.emplace(std::move(row.key), std::move(row.value));
  return rows;
}

Options with_line(Options options, ReleaseLine line) {
  options.release_line = line;
  return options;
}

}  // namespace

TEST_CASE(
    "files of every release open in their line and every younger one, with the engine's rows") {
  for (std::size_t written = 0; written < all_release_lines.size(); ++written) {
    const std::string family = "engine-" + std::string(name_of(all_release_lines[written]));
    for (const std::string& name : directories_in(family)) {
      if (name.ends_with("doubled-header")) continue;  // damaged by the engine that wrote it
      const std::string source = testdata(name);
      const Rows expected = read_rows(source + "/expected.ndjson");
      REQUIRE_FALSE(expected.empty());
      for (std::size_t opened = written; opened < all_release_lines.size(); ++opened) {
        for (const bool logging : {false, true}) {
          INFO(source << " opened in line " << name_of(all_release_lines[opened]));
          const TemporaryDirectory directory;
          copy_into(source, directory);
          const Options options =
              with_line(logging ? synchronous() : Options{}, all_release_lines[opened]);
          Database database = must(Database::open(directory.path(), options));
          CHECK(as_map(database) == expected);
        }
      }
    }
  }
}

TEST_CASE("files of a younger line are refused, and convert is named") {
  const TemporaryDirectory directory;
  copy_into(testdata(GENERATE("engine-1.1/log", "engine-1.1/snapshot-and-log")), directory);
  const auto line = GENERATE(ReleaseLine::v0_18, ReleaseLine::v0_27, ReleaseLine::v1_0);
  const auto opened = Database::open(directory.path(), with_line(synchronous(), line));
  CHECK(code_of(opened) == ErrorCode::newer_format);
  CHECK_THAT(opened.error().advice, Catch::Contains("persist convert"));
}

TEST_CASE("a clean open leaves both files as they are, to the byte and the moment") {
  const TemporaryDirectory directory;
  copy_into(testdata("engine-1.1/snapshot-and-log"), directory);
  const std::string log = read_file(directory / "aol.bin");
  const std::string snapshot = read_file(directory / "snapshot.bin");
  const auto fsync = GENERATE(FsyncMode::never, FsyncMode::every_append, FsyncMode::interval);
  const FileInfo before = must(posix_file_system().info(directory / "aol.bin"));
  {
    Database database = must(Database::open(directory.path(), synchronous(fsync)));
    must(database.close());
  }
  const FileInfo after = must(posix_file_system().info(directory / "aol.bin"));
  CHECK(read_file(directory / "aol.bin") == log);
  CHECK(read_file(directory / "snapshot.bin") == snapshot);
  CHECK(after.inode == before.inode);
  CHECK(after.modified_ns == before.modified_ns);
  CHECK(directory.names() == std::vector<std::string>{"aol.bin", "snapshot.bin"});
}

TEST_CASE("a log cut at any byte shows exactly the transactions that are whole") {
  const std::string source = testdata("engine-1.1/log");
  const std::string bytes = read_file(source + "/aol.bin");
  const auto commits = read_commit_lines(source + "/commits.ndjson");
  const TemporaryDirectory directory;
  AloneFileSystem files;
  std::size_t whole = 0;
  for (std::size_t length = 0; length <= bytes.size(); ++length) {
    while (whole < commits.size() && commits[whole].offset + commits[whole].length <= length) {
      ++whole;
    }
    // Truncating a file makes some file systems write it out at once.
    std::filesystem::remove(directory / "aol.bin");
    write_file(directory / "aol.bin", std::string_view(bytes).substr(0, length));
    Database database = must(Database::open(directory.path(), {}, files));
    const Version expected = whole == 0 ? 0 : commits[whole - 1].version;
    if (database.stats().newest_version != expected) {
      FAIL("cut at " << length << ": version " << database.stats().newest_version << ", not "
                     << expected);
    }
  }
  CHECK(whole == commits.size());
}

TEST_CASE("a log cut at any byte is cut back to its last whole frame, or its header, and goes on") {
  const std::string source = testdata("engine-1.1/log");
  const std::string bytes = read_file(source + "/aol.bin");
  const auto commits = read_commit_lines(source + "/commits.ndjson");
  AloneFileSystem files;
  for (std::size_t length = 0; length <= bytes.size(); length += 61 * 7) {
    std::size_t sound_end = 8;
    for (const CommitLine& commit : commits) {
      if (commit.offset + commit.length <= length) sound_end = commit.offset + commit.length;
    }
    const TemporaryDirectory directory;
    write_file(directory / "aol.bin", std::string_view(bytes).substr(0, length));
    {
      Database database = must(Database::open(directory.path(), synchronous(), files));
      CHECK(read_file(directory / "aol.bin") == bytes.substr(0, sound_end));
      set(database, "later", "1");
    }
    Database again = must(Database::open(directory.path(), {}, files));
    CHECK(get(again, "later") == "1");
  }
}

TEST_CASE("none of a transaction is applied when a part of it is missing") {
  const std::string whole = frame(FrameVersion::v2, 1, {{"a", "0"}});
  const std::string torn =
      frame(FrameVersion::v2, 2, {{"a", "1"}, {"b", "2"}, {"c", "3"}, {"d", "4"}, {"e", "5"}});
  const TemporaryDirectory directory;
  write_file(directory / "aol.bin", header_v2 + whole + torn.substr(0, 16 + 3 * 6));
  Database database = must(Database::open(directory.path(), synchronous()));
  CHECK(rows_of(database) == std::vector<Row>{{"a", "0"}});
}

TEST_CASE("the newest version of a key wins in any order of the log, a delete included") {
  const std::vector<std::string> frames{
      frame(FrameVersion::v2, 10, {{"a", "old"}, {"b", "old"}}),
      frame(FrameVersion::v2, 30, {{"a", std::nullopt}, {"b", "new"}}),
      frame(FrameVersion::v2, 20, {{"a", "middle"}, {"b", std::nullopt}})};
  std::vector<std::size_t> order{0, 1, 2};
  do {
    const TemporaryDirectory directory;
    write_file(directory / "aol.bin",
               header_v2 + frames[order[0]] + frames[order[1]] + frames[order[2]]);
    Database database = must(Database::open(directory.path(), {}));
    CHECK(rows_of(database) == std::vector<Row>{{"b", "new"}});
  } while (std::ranges::next_permutation(order).found);
}

TEST_CASE("of two records of one version the last in the file wins") {
  const TemporaryDirectory directory;
  write_file(directory / "aol.bin",
             legacy_commit(7, {{"a", "first"}}) + legacy_commit(7, {{"a", "last"}}));
  Options options;
  options.release_line = ReleaseLine::v0_27;
  Database database = must(Database::open(directory.path(), options));
  CHECK(rows_of(database) == std::vector<Row>{{"a", "last"}});
}

TEST_CASE("after load one version of an often updated key is in memory") {
  const TemporaryDirectory directory;
  std::string log = header_v2;
  for (Version version = 1; version <= 100; ++version) {
    log += frame(FrameVersion::v2, version, {{"a", std::to_string(version)}});
  }
  write_file(directory / "aol.bin", log);
  Database database = must(Database::open(directory.path(), {}));
  CHECK(database.stats().versions == 1);
}

TEST_CASE("the clock goes on above every version seen") {
  const TemporaryDirectory directory;
  write_file(directory / "aol.bin", header_v2 + frame(FrameVersion::v2, 500, {{"a", "1"}}) +
                                        frame(FrameVersion::v2, 40, {{"b", "1"}}));
  {
    Database database = must(Database::open(directory.path(), synchronous()));
    CHECK(set(database, "a", "2") == 501);
  }
  Database again = must(Database::open(directory.path(), {}));
  CHECK(get(again, "a") == "2");
}

TEST_CASE("the clock goes on above what a snapshot covers") {
  const TemporaryDirectory directory;
  std::string snapshot("\xFFSMXSNP\x01", 8);
  formats::append_little_endian<std::uint64_t>(snapshot, 1000);
  write_file(directory / "snapshot.bin", snapshot);
  Database database = must(Database::open(directory.path(), synchronous()));
  CHECK(set(database, "a", "1") == 1001);
}

TEST_CASE("the greatest version that line 1.1 takes is the last below 2^62") {
  const TemporaryDirectory directory;
  const auto write_version = [&](Version version) {
    write_file(directory / "aol.bin", header_v2 + frame(FrameVersion::v2, version, {{"a", "1"}}));
    return Database::open(directory.path(), {});
  };
  CHECK(write_version((1ULL << 62U) - 1).has_value());
  CHECK(code_of(write_version(1ULL << 62U)) == ErrorCode::limit);
}

TEST_CASE("when no version is left commits are refused and reads go on") {
  const TemporaryDirectory directory;
  write_file(directory / "aol.bin",
             header_v2 + frame(FrameVersion::v2, (1ULL << 62U) - 1, {{"a", "1"}}));
  Database database = must(Database::open(directory.path(), synchronous()));
  Transaction writer = must(database.begin());
  must(writer.set("b", "2"));
  CHECK(code_of(writer.commit()) == ErrorCode::limit);
  CHECK(get(database, "a") == "1");
}

TEST_CASE("a log of line 1.0 is rewritten for 1.1, its legacy run and its commits unchanged") {
  const TemporaryDirectory directory;
  const std::string legacy = legacy_commit(1, {{"a", "1"}, {"b", "1"}});
  const std::vector<CraftedRecord> second{{"a", std::nullopt}, {"c", "2"}};
  write_file(directory / "aol.bin",
             legacy + log_header(FrameVersion::v1) + frame(FrameVersion::v1, 2, second));
  std::filesystem::permissions(directory / "aol.bin", std::filesystem::perms{0600});
  must(Database::open(directory.path(), synchronous()));
  CHECK(read_file(directory / "aol.bin") ==
        legacy + header_v2 + frame(FrameVersion::v2, 2, second, 0));
  CHECK(must(posix_file_system().info(directory / "aol.bin")).mode == 0600);
  CHECK(directory.names() == std::vector<std::string>{"aol.bin"});
}

TEST_CASE("records that a snapshot covers are not applied again") {
  // The snapshot reflects a delete of `a` whose older set is still in the log.
  const TemporaryDirectory directory;
  std::string snapshot("\xFFSMXSNP\x01", 8);
  formats::append_little_endian<std::uint64_t>(snapshot, 5);
  snapshot += std::string(
      "\x01"
      "b\x01\x04\x01\x01"
      "4",
      7);
  write_file(directory / "snapshot.bin", snapshot);
  write_file(directory / "aol.bin", header_v2 + frame(FrameVersion::v2, 3, {{"a", "3"}}) +
                                        frame(FrameVersion::v2, 6, {{"c", "6"}}));
  Database database = must(Database::open(directory.path(), synchronous()));
  CHECK(rows_of(database) == std::vector<Row>{{"b", "4"}, {"c", "6"}});
}

TEST_CASE("without log and snapshot a database is empty") {
  const TemporaryDirectory directory;
  Database database = must(Database::open(directory / "new/deep", {}));
  CHECK(rows_of(database).empty());
  CHECK(database.stats().newest_version == 0);
}

TEST_CASE("an empty snapshot file is an empty database, and the log adds to it") {
  const TemporaryDirectory directory;
  write_file(directory / "snapshot.bin", "");
  write_file(directory / "aol.bin", header_v2 + frame(FrameVersion::v2, 1, {{"a", "1"}}));
  Database database = must(Database::open(directory.path(), {}));
  CHECK(get(database, "a") == "1");
}

TEST_CASE("without history no past is readable after a reopen, though line 0.18 saves versions") {
  const TemporaryDirectory directory;
  Options options = synchronous();
  options.release_line = GENERATE(from_range(all_release_lines));
  {
    Database database = must(Database::open(directory.path(), options));
    for (const std::string value : {"1", "2", "3"}) set(database, "a", value);
    must(database.snapshot());
  }
  const Database again = must(Database::open(directory.path(), options));
  CHECK(again.stats().oldest_readable_version == again.stats().newest_version);
}

TEST_CASE("older versions in the log can be read when history is kept") {
  const TemporaryDirectory directory;
  write_file(directory / "aol.bin", header_v2 + frame(FrameVersion::v2, 1, {{"a", "1"}}) +
                                        frame(FrameVersion::v2, 2, {{"a", std::nullopt}}) +
                                        frame(FrameVersion::v2, 3, {{"a", "3"}, {"b", "3"}}));
  Options options;
  options.history_versions = keep_all_history;
  Database database = must(Database::open(directory.path(), options));
  CHECK(must(must(database.begin_read_at(1)).get("a")) == "1");
  CHECK(must(must(database.begin_read_at(2)).scan({})).empty());
  CHECK(must(must(database.begin_read_at(3)).scan({})) == std::vector<Row>{{"a", "3"}, {"b", "3"}});
  CHECK(code_of(database.begin_read_at(4)) == ErrorCode::invalid_argument);
}
