#include "inspect/log_start.hpp"

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
  CHECK(code_of(missing_start(log_of(71, 120, 50), false, nullptr)).empty());
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
  CHECK(code_of(missing_start(log_of(1, 50, 50), true, nullptr)).empty());
  CHECK(code_of(missing_start(log_of(9, 50, 42), true, nullptr)) == "snapshot-missing");
}

TEST_CASE("an empty snapshot is none") {
  const SnapshotSummary empty;
  CHECK(code_of(missing_start(log_of(9, 50, 42), true, &empty)) == "snapshot-missing");
}

TEST_CASE("a log of which a compaction left the newest commits misses no snapshot") {
  CHECK(code_of(missing_start(log_of(71, 120, 30), true, nullptr)).empty());
}

TEST_CASE("so few commits tell nothing") {
  CHECK(code_of(missing_start(log_of(71, 77, 7), true, nullptr)).empty());
  CHECK(code_of(missing_start(log_of(71, 78, 8), true, nullptr)) == "snapshot-missing");
  const SnapshotSummary snapshot = headed_snapshot(60);
  CHECK(code_of(missing_start(log_of(71, 77, 7), true, &snapshot)).empty());
}

TEST_CASE("a few numbers of commits that failed do not hide that a snapshot is missing") {
  CHECK(code_of(missing_start(log_of(71, 120, 40), true, nullptr)) == "snapshot-missing");
}

TEST_CASE("clocks tell nothing of what was before") {
  constexpr Version now = 1'700'000'000'000'000'000;
  CHECK(code_of(missing_start(log_of(now, now + 50'000'000, 51), true, nullptr)).empty());
  CHECK(code_of(missing_start(log_of(7, now, 50), true, nullptr)).empty());
  const SnapshotSummary snapshot = bare_snapshot(now - 1'000'000);
  CHECK(code_of(missing_start(log_of(now, now + 50, 51), true, &snapshot)).empty());
}

TEST_CASE("counters that go on above a clock's versions were cut behind a snapshot") {
  constexpr Version now = 1'700'000'000'000'000'000;
  CHECK(code_of(missing_start(log_of(now, now + 50, 51), true, nullptr)) == "snapshot-missing");
  const SnapshotSummary older = headed_snapshot(now - 20);
  CHECK(code_of(missing_start(log_of(now, now + 50, 51), true, &older)) == "snapshot-outdated");
  const SnapshotSummary right = headed_snapshot(now - 1);
  CHECK(code_of(missing_start(log_of(now, now + 50, 51), true, &right)).empty());
}

TEST_CASE("the version behind what a snapshot covers is the next one") {
  const SnapshotSummary snapshot = headed_snapshot(70);
  CHECK(code_of(missing_start(log_of(71, 120, 50), true, &snapshot)).empty());
  CHECK(code_of(missing_start(log_of(72, 120, 49), true, &snapshot)) == "snapshot-outdated");
}

TEST_CASE("deletes leave no version in a snapshot without a header") {
  const SnapshotSummary snapshot = bare_snapshot(70);
  CHECK(code_of(missing_start(log_of(1000, 1010, 11), true, &snapshot)).empty());
  CHECK(code_of(missing_start(log_of(2000, 2010, 11), true, &snapshot)) == "snapshot-outdated");
}

TEST_CASE("a snapshot that has lost its end does not say where it ends") {
  SnapshotSummary snapshot = bare_snapshot(70);
  snapshot.is_complete = false;
  CHECK(code_of(missing_start(log_of(2000, 2010, 11), true, &snapshot)).empty());
}

}  // namespace
}  // namespace persist
