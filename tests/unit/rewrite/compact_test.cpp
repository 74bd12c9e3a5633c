#include <persist/compact.hpp>
#include <persist/snapshot.hpp>

#include "support/failing_file_system.hpp"
#include "support/noise.hpp"
#include "support/real_files.hpp"
#include "unit/rewrite/small_database.hpp"

namespace persist::test {
namespace {

using Versions = std::vector<std::string>;

constexpr Version second_ns = 1'000'000'000;
constexpr Version clock_start = 1'795'000'000 * second_ns;

// Set, overwritten and deleted; the newest commit only deletes.
std::vector<TestCommit> some_commits(Version first = 1, Version step = 1) {
  return {{first, {{"a", "one"}, {"b", std::string(500, 'x')}}},
          {first + step, {{"a", "two"}}},
          {first + 2 * step, {{"c", std::string(500, 'y')}}},
          {first + 3 * step, {{"c", std::nullopt}}}};
}

RewriteReport compacted(const SmallDatabase& database, const CompactOptions& options = {}) {
  auto report = compact(posix_file_system(), database.paths, options);
  if (!report) FAIL(report.error().to_string());
  return *report;
}

TEST_CASE("compaction keeps the newest version of each live key and the clock") {
  const auto format = GENERATE(LogFormat::legacy, LogFormat::framed_1, LogFormat::framed_2);
  const SmallDatabase database(log_of(format, some_commits()), {});
  const RewriteReport report = compacted(database);
  CHECK(report.unwritten == Unwritten::none);
  CHECK(database.versions(false) == Versions{"a@2=two", "b@1=" + std::string(500, 'x')});
  CHECK(database.load().summary().max_version == 4);
  CHECK(report.after.total() < report.before.total());
}

TEST_CASE("where no header keeps the clock, the delete that was the newest commit does") {
  const SmallDatabase database(log_of(LogFormat::framed_1, some_commits()), {});
  CHECK(compacted(database).commits == 1);
  CHECK(read_file(database.paths.log) == log_of(LogFormat::framed_1, {{4, {{"c", std::nullopt}}}}));
}

TEST_CASE("a snapshot that hides commits which it does not hold is damage that nothing rewrites") {
  const SmallDatabase database(
      log_of(LogFormat::framed_2, {{3, {{"a", "three"}}}, {4, {{"b", "four"}}}}),
      snapshot_of(60, {{2, {{"a", "two"}}}}));
  const std::string before = database.contents();
  CompactOptions options;
  options.log_only = GENERATE(false, true);
  options.dry_run = GENERATE(false, true);
  const auto compacted = compact(posix_file_system(), database.paths, options);
  REQUIRE_FALSE(compacted);
  CHECK(compacted.error().code == ErrorCode::damaged);
  const auto taken = take_snapshot(posix_file_system(), database.paths, {});
  REQUIRE_FALSE(taken);
  CHECK(taken.error().code == ErrorCode::damaged);
  CHECK(database.contents() == before);
}

TEST_CASE("a log that holds what the snapshot covers is compacted when both agree") {
  const SmallDatabase database(
      log_of(LogFormat::framed_2, {{2, {{"a", "two"}}}, {3, {{"b", std::nullopt}}}}),
      snapshot_of(3, {{2, {{"a", "two"}}}}));
  CHECK(compacted(database).unwritten == Unwritten::none);
  CHECK(database.versions(false) == Versions{"a@2=two"});
}

TEST_CASE("a second compaction finds nothing to free") {
  const SmallDatabase database(log_of(LogFormat::framed_2, some_commits()), {});
  compacted(database);
  const std::string before = database.contents();
  CHECK(compacted(database).unwritten == Unwritten::no_gain);
  CHECK(database.contents() == before);
}

TEST_CASE("a compaction that would free too little does nothing") {
  const SmallDatabase database(log_of(LogFormat::framed_2, some_commits()), {});
  const std::string before = database.contents();
  CompactOptions options;
  options.min_gain_percent = 99;
  CHECK(compacted(database, options).unwritten == Unwritten::no_gain);
  CHECK(database.contents() == before);
}

TEST_CASE("a dry run says the size that the compaction has") {
  const SmallDatabase database(log_of(LogFormat::framed_2, some_commits()), {});
  const std::string before = database.contents();
  CompactOptions options;
  options.dry_run = true;
  const RewriteReport dry = compacted(database, options);
  CHECK(database.contents() == before);
  CHECK(dry.unwritten == Unwritten::dry_run);
  CHECK(compacted(database).after.total() == dry.after.total());
}

TEST_CASE("a log that was not there, and is not made, takes no bytes") {
  const SmallDatabase database({}, snapshot_of(4, {{2, {{"a", std::string(500, 'x')}}}}));
  CompactOptions options;
  options.dry_run = true;
  CHECK(compacted(database, options).after.log_bytes == 0);
  CHECK(compacted(database).after.log_bytes == 0);
  CHECK(database.directory.names() == Versions{"snapshot.bin"});
}

TEST_CASE("history that is younger than asked for stays in line 0.18's snapshot") {
  const SmallDatabase database(log_of(LogFormat::legacy, some_commits(clock_start, second_ns)), {});
  CompactOptions options;
  options.now_ns = clock_start + 10 * second_ns;
  options.keep_history_ns = 9 * second_ns;  // since the second commit
  compacted(database, options);
  const auto at = [](Version seconds) { return std::to_string(clock_start + seconds * second_ns); };
  CHECK(database.versions() ==
        Versions{"a@" + at(1) + "=two", "b@" + at(0) + "=" + std::string(500, 'x'),
                 "c@" + at(2) + "=" + std::string(500, 'y'), "c@" + at(3) + "-"});
  CHECK(read_file(database.paths.log).empty());
}

TEST_CASE("how much history to keep is refused where versions are numbers") {
  const SmallDatabase database(log_of(LogFormat::framed_2, some_commits()), {});
  CompactOptions options;
  options.keep_history_ns = second_ns;
  CHECK(compact(posix_file_system(), database.paths, options).error().code ==
        ErrorCode::unsupported);
}

TEST_CASE("compacting the log alone drops what the snapshot and newer commits override") {
  const std::string snapshot = snapshot_of(4, {{2, {{"a", "two"}}}, {3, {{"d", "old"}}}});
  const std::string log = log_of(LogFormat::framed_2, {{1, {{"a", "one"}}},
                                                       {5, {{"a", "five"}}},
                                                       {6, {{"d", std::nullopt}}},
                                                       {7, {{"e", std::nullopt}}},
                                                       {8, {{"a", "eight"}}}});
  const SmallDatabase database(log, snapshot);
  CompactOptions options;
  options.log_only = true;
  CHECK(compacted(database, options).commits == 2);
  CHECK(read_file(database.paths.snapshot) == snapshot);
  CHECK(database.versions() == Versions{"a@2=two", "a@8=eight", "d@3=old", "d@6-"});
}

TEST_CASE("a log out of order is put in order before a new snapshot lies beside it") {
  // Beside a snapshot without the key, release 1.0 would bring it back: the delete comes before the
  // set.
  const SmallDatabase database(
      log_of(
          LogFormat::framed_1,
          {{3, {{"k", std::nullopt}}}, {2, {{"k", "v"}}}, {4, {{"other", std::string(300, 'o')}}}}),
      snapshot_of({}, {{1, {{"k", "first"}}}}));
  FailingFileSystem files(posix_file_system());
  files.fail(Call::rename, ErrorCode::io, 2);  // the log in order, the snapshot; then not the log
  CHECK_FALSE(compact(files, database.paths, {}));
  const std::string in_order = read_file(database.paths.log);
  CHECK(in_order.size() < 400);
  CHECK(database.versions(false) == Versions{"other@4=" + std::string(300, 'o')});
  GatheringSink sink;
  const auto log = posix_file_system().open(database.paths.log, OpenMode::read).value();
  REQUIRE(read_log(*log, {}, sink));
  REQUIRE(sink.commits.size() == 2);
  CHECK(sink.commits[0].version == 3);
  CHECK(sink.commits[1].version == 4);
}

// Random bytes, which a snapshot holds no shorter than a log.
std::string log_out_of_order() {
  const std::string value = noise(66'000);
  return log_of(LogFormat::framed_1, {{1, {{"a", value}}}, {3, {{"a", value}}}, {2, {{"b", "x"}}}});
}

TEST_CASE("a log that was put in order is told as written though a snapshot would free no more") {
  const SmallDatabase database(log_out_of_order(), {});
  const RewriteReport report = compacted(database);
  CHECK(report.unwritten == Unwritten::none);
  CHECK(report.after.log_bytes == read_file(database.paths.log).size());
  CHECK(report.after.snapshot_bytes == 0);
}

TEST_CASE("a dry run says that a log would be put in order") {
  const SmallDatabase database(log_out_of_order(), {});
  CompactOptions options;
  options.dry_run = true;
  CHECK(compacted(database, options).unwritten == Unwritten::dry_run);
}

TEST_CASE("compacting the log of a database without one says what the database holds") {
  const SmallDatabase database({}, snapshot_of(4, {{2, {{"a", "two"}}}}));
  CompactOptions options;
  options.log_only = true;
  const RewriteReport report = compacted(database, options);
  CHECK(report.unwritten == Unwritten::no_gain);
  CHECK(report.live_keys == 1);
  CHECK_FALSE(report.fingerprint.empty());
}

TEST_CASE("a first key that makes a snapshot look compressed has it compressed") {
  const SmallDatabase database(
      log_of(LogFormat::framed_2, {{1, {{"\x22\x4D\x18\x40", std::string(300, 'x')}}},
                                   {2, {{"\x22\x4D\x18\x40", std::string(300, 'y')}}}}),
      {});
  CompactOptions options;
  options.compression = Compression::none;
  compacted(database, options);
  CHECK(database.load().summary().snapshot->compression == Compression::lz4);
}

TEST_CASE("a torn tail is left for repair, which keeps its bytes") {
  const SmallDatabase database(log_of(LogFormat::framed_2, some_commits()) + "torn", {});
  const std::string before = database.contents();
  CHECK(compacted(database).unwritten == Unwritten::torn_tail);
  CHECK(database.contents() == before);
}

TEST_CASE("damage is refused and named") {
  std::string log = log_of(LogFormat::framed_2, some_commits());
  log[100] = static_cast<char>(log[100] ^ 1);
  const SmallDatabase database(log, {});
  const auto refused = compact(posix_file_system(), database.paths, {});
  REQUIRE_FALSE(refused);
  CHECK(refused.error().code == ErrorCode::damaged);
  CHECK(refused.error().advice.find("persist repair") != std::string::npos);
  CHECK(read_file(database.paths.log) == log);
}

TEST_CASE("a log that a killed run left goes unless it holds what the database lacks") {
  const TestCommit set_k{1, {{"j", "v"}, {"k", "v"}}};
  const TestCommit delete_k{2, {{"k", std::nullopt}}};
  const TestCommit set_l{3, {{"l", "w"}}};
  const SmallDatabase database(log_of(LogFormat::framed_2, {set_k, delete_k, set_l}), {});
  struct Case {
    std::vector<TestCommit> commits;
    bool stays;
  };
  const auto [left, stays] = GENERATE_COPY(
      Case{{}, false}, Case{{set_k}, false}, Case{{set_k, delete_k}, false},
      Case{{set_k, delete_k, set_l}, false}, Case{{{2, {{"m", "beside"}}}}, true},
      Case{{{2, {{"j", "newer"}}}}, true}, Case{{set_l, {4, {{"k", std::nullopt}}}}, true});
  write_file(database.directory / "aol.bin.1_0.new", log_of(LogFormat::framed_2, left));
  const auto report = compact(posix_file_system(), database.paths, {});
  REQUIRE(report);
  CHECK(report->leftovers_removed.size() == (stays ? 0 : 1));
  CHECK(report->leftovers_kept.size() == (stays ? 1 : 0));
  CHECK(std::filesystem::exists(database.directory / "aol.bin.1_0.new") == stays);
}

TEST_CASE("whatever fails, the old files are what they were and nothing lies beside them") {
  const auto call = GENERATE(Call::create, Call::write, Call::sync, Call::link, Call::rename,
                             Call::sync_directory);
  const auto format = GENERATE(LogFormat::legacy, LogFormat::framed_1, LogFormat::framed_2);
  bool failed = true;
  for (int after = 0; failed; ++after) {
    REQUIRE(after < 40);
    const SmallDatabase database(
        log_of(format, {{3, {{"k", std::nullopt}}},
                        {2, {{"k", "v"}}},
                        {5, {{"l", std::string(300, 'l')}}},
                        {4, {{"l", "old"}}}}),
        snapshot_of(format == LogFormat::framed_2 ? std::optional<Version>(1) : std::nullopt,
                    {{1, {{"k", "first"}}}}));
    const auto before = database.versions(false);
    const std::string old_contents = database.contents();
    FailingFileSystem files(posix_file_system());
    files.fail(call, ErrorCode::no_space, after);
    failed = !compact(files, database.paths, {});
    // Where no rename works any more, none can be taken back.
    if (failed && call != Call::rename) CHECK(database.contents() == old_contents);
    CHECK(database.versions(false) == before);
    CHECK(database.load().summary().max_version == 5);
    CHECK(database.directory.names() == Versions{"aol.bin", "snapshot.bin"});
  }
}

TEST_CASE("a snapshot of line 0.18 keeps every version and leaves the log empty") {
  const SmallDatabase database(log_of(LogFormat::legacy, some_commits(clock_start, second_ns)), {});
  const auto before = database.versions();
  REQUIRE(take_snapshot(posix_file_system(), database.paths, {}));
  CHECK(database.versions() == before);
  CHECK(read_file(database.paths.log).empty());
}

}  // namespace
}  // namespace persist::test
