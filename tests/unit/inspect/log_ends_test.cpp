#include "inspect/log_ends.hpp"

#include <persist/log_builder.hpp>

#include "support/catch.hpp"
#include "support/real_files.hpp"
#include "support/temporary_directory.hpp"

namespace persist {
namespace {

using test::read_whole_file;
using test::TemporaryDirectory;
using test::testdata;
using test::write_file;

const std::string cut_log = testdata("engine-1.1/snapshot-and-log/aol.bin");  // from version 71 on

VerifyReport verified(const DatabaseFiles& database) {
  auto report = verify(posix_file_system(), database, {});
  REQUIRE(report.has_value());
  return *std::move(report);
}

std::vector<std::string> warnings_of(const VerifyReport& report) {
  std::vector<std::string> codes;
  for (const FileReport& file : report.files) {
    for (const Finding& finding : file.findings) {
      if (finding.severity == Severity::warning) codes.emplace_back(finding.code);
    }
  }
  return codes;
}
using Codes = std::vector<std::string>;

LogSummary log_of(Version first, Version last, std::uint64_t commits) {
  LogSummary log;
  log.commits = commits;
  log.min_version = first;
  log.max_version = last;
  return log;
}

SnapshotSummary bare_snapshot(Version max_version) {
  SnapshotSummary snapshot;
  snapshot.size_bytes = 100;
  snapshot.max_version = max_version;
  return snapshot;
}

SnapshotSummary headed_snapshot(Version covered) {
  SnapshotSummary snapshot = bare_snapshot(covered);
  snapshot.is_headed = true;
  snapshot.covered = covered;
  return snapshot;
}

constexpr LogHabits has_past{true, 0};

std::string_view code_of(const std::optional<Finding>& finding) {
  return finding ? finding->code : "";
}

TEST_CASE("a log that was cut behind a snapshot is suspicious without it") {
  const TemporaryDirectory directory;
  write_file(directory / "aol.bin", read_whole_file(cut_log));
  const VerifyReport report = verified(database_files(directory.path(), {}));
  CHECK(warnings_of(report) == Codes{"snapshot-missing"});
  CHECK(report.verdict == Verdict::clean);
  CHECK(exit_status_of(report, false) == 0);
  CHECK(exit_status_of(report, true) == 1);
}

TEST_CASE("a log that is checked alone may have its snapshot elsewhere") {
  DatabaseFiles log_alone;
  log_alone.log = cut_log;
  CHECK(warnings_of(verified(log_alone)).empty());
}

TEST_CASE("a log that goes on where its snapshot ends is not suspicious") {
  const auto files = database_files(testdata("engine-1.1/snapshot-and-log"), {});
  CHECK(warnings_of(verified(files)).empty());
}

TEST_CASE("an older snapshot put back beside a log that was cut later is suspicious") {
  const TemporaryDirectory directory;
  write_file(directory / "aol.bin", read_whole_file(cut_log));
  std::string snapshot = read_whole_file(testdata("engine-1.1/snapshot-and-log/snapshot.bin"));
  snapshot.resize(16);  // its header alone
  snapshot[8] = 50;
  write_file(directory / "snapshot.bin", snapshot);
  CHECK(warnings_of(verified(database_files(directory.path(), {}))) ==
        Codes{"empty-snapshot", "snapshot-outdated"});
}

TEST_CASE("a log that damage has taken the first commits of says nothing of a snapshot") {
  const TemporaryDirectory directory;
  std::string log = read_whole_file(cut_log);
  log[30] = static_cast<char>(log[30] ^ 1);
  write_file(directory / "aol.bin", log);
  CHECK(warnings_of(verified(database_files(directory.path(), {}))).empty());
}

TEST_CASE("a log whose keys are written once each may be made of a dump") {
  CHECK(code_of(missing_start(log_of(71, 120, 50), {}, nullptr)).empty());
  const TemporaryDirectory directory;
  LogBuilder log(LogFormat::framed_2,
                 [&, bytes = std::string()](ByteView part) mutable -> Result<> {
                   write_file(directory / "aol.bin", bytes.append(part));
                   return {};
                 });
  REQUIRE(log.begin());
  for (Version version = 71; version <= 90; ++version) {
    const std::string key = "key" + std::to_string(version);
    const RecordView record{key, version, "value"};
    REQUIRE(log.add({&record, 1}));
  }
  CHECK(warnings_of(verified(database_files(directory.path(), {}))).empty());
}

TEST_CASE("counters start at 1") {
  CHECK(code_of(missing_start(log_of(1, 50, 50), has_past, nullptr)).empty());
  CHECK(code_of(missing_start(log_of(9, 50, 42), has_past, nullptr)) == "snapshot-missing");
}

TEST_CASE("an empty snapshot is none") {
  const SnapshotSummary empty;
  CHECK(code_of(missing_start(log_of(9, 50, 42), has_past, &empty)) == "snapshot-missing");
}

TEST_CASE("a log of which a compaction left the newest commits misses no snapshot") {
  CHECK(code_of(missing_start(log_of(71, 120, 30), has_past, nullptr)).empty());
}

TEST_CASE("so few commits tell nothing") {
  CHECK(code_of(missing_start(log_of(71, 77, 7), has_past, nullptr)).empty());
  CHECK(code_of(missing_start(log_of(71, 78, 8), has_past, nullptr)) == "snapshot-missing");
  const SnapshotSummary snapshot = headed_snapshot(60);
  CHECK(code_of(missing_start(log_of(71, 77, 7), has_past, &snapshot)).empty());
}

TEST_CASE("a few numbers of commits that failed do not hide that a snapshot is missing") {
  CHECK(code_of(missing_start(log_of(71, 120, 40), has_past, nullptr)) == "snapshot-missing");
}

TEST_CASE("clocks tell nothing of what was before") {
  constexpr Version now = 1'700'000'000'000'000'000;
  CHECK(code_of(missing_start(log_of(now, now + 50'000'000, 51), has_past, nullptr)).empty());
  CHECK(code_of(missing_start(log_of(7, now, 50), has_past, nullptr)).empty());
  const SnapshotSummary snapshot = bare_snapshot(now - 1'000'000);
  CHECK(code_of(missing_start(log_of(now, now + 50, 51), has_past, &snapshot)).empty());
}

TEST_CASE("counters that go on above a clock's versions were cut behind a snapshot") {
  constexpr Version now = 1'700'000'000'000'000'000;
  CHECK(code_of(missing_start(log_of(now, now + 50, 51), has_past, nullptr)) == "snapshot-missing");
  const SnapshotSummary older = headed_snapshot(now - 20);
  CHECK(code_of(missing_start(log_of(now, now + 50, 51), has_past, &older)) == "snapshot-outdated");
  const SnapshotSummary right = headed_snapshot(now - 1);
  CHECK(code_of(missing_start(log_of(now, now + 50, 51), has_past, &right)).empty());
}

TEST_CASE("the version behind what a snapshot covers is the next one") {
  const SnapshotSummary snapshot = headed_snapshot(70);
  CHECK(code_of(missing_start(log_of(71, 120, 50), has_past, &snapshot)).empty());
  CHECK(code_of(missing_start(log_of(72, 120, 49), has_past, &snapshot)) == "snapshot-outdated");
}

TEST_CASE("deletes leave no version in a snapshot without a header") {
  const SnapshotSummary snapshot = bare_snapshot(70);
  CHECK(code_of(missing_start(log_of(1000, 1010, 11), has_past, &snapshot)).empty());
  CHECK(code_of(missing_start(log_of(2000, 2010, 11), has_past, &snapshot)) == "snapshot-outdated");
}

TEST_CASE("deletes that the log never makes in such a row leave no such gap") {
  const SnapshotSummary snapshot = bare_snapshot(70);
  const LogSummary log = log_of(120, 1119, 1000);  // 49 commits behind the snapshot
  CHECK(code_of(missing_start(log, {true, 3}, &snapshot)) == "snapshot-outdated");
  CHECK(code_of(missing_start(log, {true, 7}, &snapshot)).empty());
}

TEST_CASE("a few deletes in front of a log are never suspicious") {
  const SnapshotSummary snapshot = bare_snapshot(70);
  CHECK(code_of(missing_start(log_of(87, 1086, 1000), {true, 0}, &snapshot)).empty());
  CHECK(code_of(missing_start(log_of(88, 1087, 1000), {true, 0}, &snapshot)) ==
        "snapshot-outdated");
}

TEST_CASE("a log that is not much longer than the gap does not tell what its commits are like") {
  const SnapshotSummary snapshot = bare_snapshot(70);
  CHECK(code_of(missing_start(log_of(171, 569, 399), {true, 0}, &snapshot)).empty());
  CHECK(code_of(missing_start(log_of(171, 570, 400), {true, 0}, &snapshot)) == "snapshot-outdated");
}

TEST_CASE("a log that ends before its snapshot lost its end") {
  CHECK(code_of(missing_end(log_of(20, 70, 51), bare_snapshot(200))) == "log-outdated");
  CHECK(code_of(missing_end(log_of(20, 200, 181), bare_snapshot(200))).empty());
  CHECK(code_of(missing_end(log_of(20, 250, 231), bare_snapshot(200))).empty());
}

TEST_CASE("commits that overlap get into the snapshot before they are logged") {
  CHECK(code_of(missing_end(log_of(20, 136, 117), bare_snapshot(200))).empty());
  CHECK(code_of(missing_end(log_of(20, 135, 116), bare_snapshot(200))) == "log-outdated");
}

TEST_CASE("a clock's log ends before its snapshot when seconds are between") {
  constexpr Version now = 1'700'000'000'000'000'000;
  const LogSummary log = log_of(now, now + 50'000'000, 51);
  CHECK(code_of(missing_end(log, bare_snapshot(now + 9'000'000'000))).empty());
  CHECK(code_of(missing_end(log, bare_snapshot(now + 11'000'000'000))) == "log-outdated");
}

TEST_CASE("counters above a clock's versions are counted in a log that ends early, too") {
  constexpr Version now = 1'700'000'000'000'000'000;
  CHECK(code_of(missing_end(log_of(now, now + 50, 51), bare_snapshot(now + 200))) ==
        "log-outdated");
}

TEST_CASE("a log without a commit, or beside a damaged snapshot, says nothing of its end") {
  CHECK(code_of(missing_end(LogSummary(), bare_snapshot(200))).empty());
  SnapshotSummary damaged = bare_snapshot(200);
  damaged.is_complete = false;
  CHECK(code_of(missing_end(log_of(20, 70, 51), damaged)).empty());
}

TEST_CASE("what a header covers may be newer than the log, which it hides") {
  LogSummary log = log_of(20, 70, 51);
  log.size_bytes = 1000;
  CHECK(code_of(missing_end(log, headed_snapshot(200))).empty());
}

TEST_CASE("a log without its header beside a headed snapshot was emptied") {
  CHECK(code_of(missing_end(LogSummary(), headed_snapshot(70))) == "empty-log");
  LogSummary header_alone;
  header_alone.size_bytes = 8;
  CHECK(code_of(missing_end(header_alone, headed_snapshot(70))).empty());
  CHECK(code_of(missing_end(LogSummary(), headed_snapshot(0))).empty());
}

TEST_CASE("a log that was emptied is suspicious beside a real snapshot") {
  const TemporaryDirectory directory;
  write_file(directory / "aol.bin", "");
  write_file(directory / "snapshot.bin",
             read_whole_file(testdata("engine-1.1/snapshot-and-log/snapshot.bin")));
  CHECK(warnings_of(verified(database_files(directory.path(), {}))) == Codes{"empty-log"});
}

TEST_CASE("an older log beside a newer snapshot without a header is suspicious") {
  const TemporaryDirectory directory;
  const std::string log = read_whole_file(testdata("engine-0.27/log/aol.bin"));
  write_file(directory / "aol.bin", log.substr(0, 82));  // its first commit
  write_file(directory / "snapshot.bin",
             read_whole_file(testdata("engine-0.27/snapshot-and-log/snapshot.bin")));
  CHECK(warnings_of(verified(database_files(directory.path(), {}))) == Codes{"log-outdated"});
}

TEST_CASE("a snapshot that has lost its end does not say where it ends") {
  SnapshotSummary snapshot = bare_snapshot(70);
  snapshot.is_complete = false;
  CHECK(code_of(missing_start(log_of(2000, 2010, 11), has_past, &snapshot)).empty());
}

}  // namespace
}  // namespace persist
