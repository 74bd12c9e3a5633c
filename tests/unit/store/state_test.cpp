#include <persist/state.hpp>

#include "unit/store/test_database.hpp"

using namespace persist;
using namespace persist::test;

namespace {

const auto framed = LogFormat::framed_2;

OwnedCommit set(Version version, const std::string& key, const std::string& value) {
  return {{key, version, value}};
}
OwnedCommit erase(Version version, const std::string& key) {
  return {{key, version, std::nullopt}};
}

std::string value_of(const State& state, ByteView key) {
  const auto found = state.get(key);
  REQUIRE(found);
  return *found ? (*found)->value + "@" + std::to_string((*found)->version) : "none";
}

}  // namespace

TEST_CASE("the greatest version of a key wins, wherever it lies in the log") {
  TestDatabase database;
  database.write_log(framed,
                     {set(10, "k", "ten"), set(20, "k", "twenty"), set(15, "k", "fifteen")});
  CHECK(value_of(database.load(), "k") == "twenty@20");
}

TEST_CASE("a delete with the greatest version wins over an older set behind it") {
  TestDatabase database;
  database.write_log(framed, {erase(30, "k"), set(20, "k", "older"), set(21, "other", "x")});
  CHECK(value_of(database.load(), "k") == "none");
  CHECK(keys_of(database.load()).size() == 1);
}

TEST_CASE("of equal versions the last in the file wins") {
  TestDatabase database;
  database.write_log(framed, {set(7, "k", "first"), set(7, "k", "last")});
  CHECK(value_of(database.load(), "k") == "last@7");
}

TEST_CASE("of equal versions in snapshot and log the log's wins") {
  TestDatabase database;
  database.write_snapshot({}, {{"k", {{7, "snapshot"}}}});
  database.write_log(LogFormat::framed_1, {set(7, "k", "log")});
  CHECK(value_of(database.load(), "k") == "log@7");
}

TEST_CASE("the newest version in a snapshot with history counts, and a delete removes the key") {
  TestDatabase database;
  database.write_snapshot({},
                          {{"dead", {{1, "x"}, {3, std::nullopt}}}, {"k", {{1, "a"}, {2, "b"}}}});
  const State state = database.load();
  CHECK(value_of(state, "k") == "b@2");
  CHECK(value_of(state, "dead") == "none");
}

TEST_CASE("log records that a headed snapshot covers are skipped") {
  TestDatabase database;
  database.write_snapshot(10, {{"kept", {{4, "kept"}}}});
  database.write_log(
      framed, {set(9, "deleted-at-10", "older"), set(10, "at-10", "older"), set(11, "new", "new")});
  const State state = database.load();
  CHECK(value_of(state, "deleted-at-10") == "none");
  CHECK(value_of(state, "at-10") == "none");
  CHECK(value_of(state, "new") == "new@11");
}

TEST_CASE("the whole log is replayed over a snapshot without a header") {
  TestDatabase database;
  database.write_snapshot({}, {{"kept", {{4, "kept"}}}});
  database.write_log(LogFormat::framed_1, {set(3, "older", "older"), erase(5, "kept")});
  const State state = database.load();
  CHECK(value_of(state, "older") == "older@3");
  CHECK(value_of(state, "kept") == "none");
}

TEST_CASE("the clock is above every version seen, covered and skipped ones included") {
  TestDatabase database;
  database.write_snapshot(10, {});
  database.write_log(framed, {set(9, "a", "x")});
  CHECK(database.load().summary().max_version == 10);
  database.write_log(framed, {set(12, "a", "x")});
  StateOptions options;
  options.at = 11;
  CHECK(database.load(options).summary().max_version == 12);
}

TEST_CASE("a commit that the caller leaves out is not applied") {
  TestDatabase database;
  database.write_log(framed, {set(1, "a", "one"), set(2, "a", "two"), set(3, "b", "three")});
  StateOptions options;
  options.keep_commit = [](const Commit& commit) { return commit.version != 2; };
  CHECK(value_of(database.load(options), "a") == "one@1");
}

TEST_CASE("a log is read up to the offset that is given") {
  TestDatabase database;
  database.write_log(framed, {set(1, "a", "one")});
  StateOptions options;
  options.log_end_offset = read_file(database.files().log).size();
  database.write_log(framed, {set(1, "a", "one"), set(2, "a", "two")});
  CHECK(value_of(database.load(options), "a") == "one@1");
}

TEST_CASE("history is every version, deletes included, oldest first") {
  TestDatabase database;
  database.write_snapshot({}, {{"k", {{1, "one"}, {2, std::nullopt}}}});
  database.write_log(LogFormat::framed_1, {set(5, "k", "five"), erase(4, "gone")});
  StateOptions options;
  options.history = true;
  const Model::Keys expected{{"gone", {{4, std::nullopt}}},
                             {"k", {{1, "one"}, {2, std::nullopt}, {5, "five"}}}};
  CHECK(keys_of(database.load(options)) == expected);
}

TEST_CASE("a log alone and a snapshot alone are databases") {
  TestDatabase database;
  database.write_log(framed, {set(1, "a", "one")});
  CHECK(value_of(database.load(), "a") == "one@1");
  CHECK_FALSE(database.load().summary().snapshot);
  TestDatabase other;
  other.write_snapshot(1, {{"b", {{1, "two"}}}});
  CHECK(value_of(other.load(), "b") == "two@1");
  CHECK_FALSE(other.load().summary().log);
}

TEST_CASE("empty files are an empty database, and no files are none") {
  TestDatabase database;
  const auto nothing = database.try_load();
  REQUIRE_FALSE(nothing);
  CHECK(nothing.error().code == ErrorCode::not_found);
  write_file(database.files().log, "");
  write_file(database.files().snapshot, "");
  CHECK(keys_of(database.load()).empty());
}

TEST_CASE("a headed snapshot that is cut no longer hides commits of the keys it lost") {
  TestDatabase database;
  database.write_snapshot(10, {{"a", {{1, "one"}}}, {"m", {{2, "two"}}}, {"z", {{3, "three"}}}});
  const std::string whole = read_file(database.files().snapshot);
  write_file(database.files().snapshot, whole.substr(0, whole.size() - 4));
  database.write_log(framed,
                     {set(3, "z", "three"), set(4, "b", "deleted at 10"), set(11, "n", "new")});
  const State state = database.load();
  CHECK(state.summary().was_damaged);
  CHECK(value_of(state, "z") == "three@3");
  CHECK(value_of(state, "b") == "none");
  CHECK(value_of(state, "n") == "new@11");
}

TEST_CASE("damage is reported with the path of its file") {
  TestDatabase database;
  database.write_log(framed, {set(1, "a", "one"), set(2, "b", "two")});
  const std::string whole = read_file(database.files().log);
  write_file(database.files().log, whole.substr(0, whole.size() - 1));
  std::vector<std::string> paths;
  StateOptions options;
  options.on_damage = [&](const std::string& path, const Damage&) { paths.push_back(path); };
  CHECK(value_of(database.load(options), "b") == "none");
  CHECK(paths == std::vector{database.files().log});
}

TEST_CASE("progress counts the bytes of both files") {
  TestDatabase database;
  database.write_snapshot(1, {{"a", {{1, "one"}}}});
  database.write_log(framed, {set(2, "b", "two")});
  std::atomic<std::uint64_t> progress = 0;
  StateOptions options;
  options.progress = &progress;
  const State state = database.load(options);
  CHECK(progress >=
        read_file(database.files().log).size() + read_file(database.files().snapshot).size());
}

TEST_CASE("a load that is asked to stop says that it was interrupted") {
  TestDatabase database;
  std::vector<OwnedCommit> commits;
  for (Version version = 1; version < 10'000; ++version) commits.push_back(set(version, "k", "v"));
  database.write_log(framed, commits);
  StateOptions options;
  options.should_stop = [] { return true; };
  const auto state = database.try_load(options);
  REQUIRE_FALSE(state);
  CHECK(state.error().code == ErrorCode::interrupted);
}

TEST_CASE("the end of a prefix is the first key behind all that begin with it") {
  CHECK(prefix_end("a") == "b");
  CHECK(prefix_end("a\xFF") == "b");
  CHECK(prefix_end("a\x7F") == "a\x80");
  CHECK_FALSE(prefix_end(""));
  CHECK_FALSE(prefix_end("\xFF\xFF"));
}

TEST_CASE("a prefix finds its keys, those with 0xFF behind it and the prefix itself included") {
  TestDatabase database;
  database.write_log(
      framed, {set(1, "", "0"), set(2, "a", "1"), set(3, "a\xFF", "2"), set(4, "a\xFF\xFFz", "3"),
               set(5, "b", "4"), set(6, "\xFF\xFF", "5")});
  const State state = database.load();
  const std::string end = *prefix_end("a\xFF");
  CHECK(keys_of(state, {"a\xFF", end}).size() == 2);
  CHECK(keys_of(state, {"a", *prefix_end("a")}).size() == 3);
  CHECK(keys_of(state, {"\xFF", {}}).size() == 1);
  CHECK(keys_of(state).size() == 6);
  CHECK(value_of(state, "") == "0@1");
  CHECK(value_of(state, "a\xFF\xFF") == "none");
}
