#include <algorithm>
#include <persist/verify.hpp>

#include "support/catch.hpp"
#include "support/real_files.hpp"
#include "support/string_file.hpp"
#include "support/temporary_directory.hpp"

namespace persist {
namespace {

using test::directories_in;
using test::StringFile;
using test::testdata;

VerifyReport verified(const std::string& directory) {
  auto report = verify(posix_file_system(), database_files(directory, {}), {});
  REQUIRE(report.has_value());
  return *std::move(report);
}

VerifyReport verified_log(const std::string& bytes) {
  StringFile file(bytes);
  auto report = verify(&file, nullptr, {});
  REQUIRE(report.has_value());
  return *std::move(report);
}

const FileReport* file_of(const VerifyReport& report, FileKind kind) {
  const auto at = std::ranges::find(report.files, kind, &FileReport::kind);
  return at == report.files.end() ? nullptr : &*at;
}

bool has_finding(const VerifyReport& report, std::string_view code) {
  return std::ranges::any_of(report.files, [&](const FileReport& file) {
    return std::ranges::find(file.findings, code, &Finding::code) != file.findings.end();
  });
}

std::vector<std::string> sound_directories() {
  std::vector<std::string> found;
  for (const char* writer : {"engine-0.18", "engine-0.27", "engine-1.0", "engine-1.1",
                             "surrealdb-3.0.2", "surrealdb-3.2.4"}) {
    for (const std::string& name : directories_in(writer)) {
      const std::string directory = testdata(name);
      const bool is_broken = directory.find("poisoned") != std::string::npos ||
                             directory.find("doubled-header") != std::string::npos ||
                             directory.find("half-transaction") != std::string::npos;
      if (!is_broken) found.push_back(directory);
    }
  }
  REQUIRE(found.size() > 30);
  return found;
}

TEST_CASE("what the engines left in order is clean, even to a strict check") {
  for (const std::string& directory : sound_directories()) {
    INFO(directory);
    const VerifyReport report = verified(directory);
    for (const FileReport& file : report.files) {
      for (const Finding& finding : file.findings) {
        INFO(finding.code << ": " << finding.message);
        CHECK(finding.severity == Severity::info);
      }
    }
    CHECK(report.verdict == Verdict::clean);
    CHECK(exit_status_of(report, true) == 0);
  }
}

TEST_CASE("a log's commits are counted as its writer committed them") {
  for (const std::string& directory : sound_directories()) {
    INFO(directory);
    const VerifyReport report = verified(directory);
    const FileReport* const log = file_of(report, FileKind::log);
    const auto commits = test::read_commit_lines(directory + "/commits.ndjson");
    if (log == nullptr || commits.empty()) continue;
    CHECK(log->commits == commits.size());
    CHECK(log->first_version == commits.front().version);
    CHECK(log->last_version == commits.back().version);
  }
}

TEST_CASE("a log that a power cut shortened is torn, not damaged") {
  for (const char* line : {"0.18", "0.27", "1.0", "1.1"}) {
    INFO(line);
    const VerifyReport report = verified(testdata("damaged/" + std::string(line) + "/0000-cut"));
    CHECK(report.verdict == Verdict::torn_tail);
    CHECK(exit_status_of(report, false) == 1);
  }
}

TEST_CASE("a log that lost bytes between commits is damaged") {
  for (const char* line : {"0.18", "0.27", "1.0", "1.1"}) {
    for (const char* kind : {"0002-splice", "0004-flip", "0005-zero-run", "0009-hole"}) {
      INFO(line << ' ' << kind);
      const VerifyReport report = verified(testdata("damaged/" + std::string(line) + "/" + kind));
      CHECK(report.verdict == Verdict::damaged);
      CHECK(exit_status_of(report, false) == 2);
    }
  }
}

TEST_CASE("a log whose header was written twice is damaged, because 1.0 loses every commit in it") {
  const VerifyReport report = verified(testdata("engine-1.0/doubled-header"));
  CHECK(report.verdict == Verdict::damaged);
  CHECK(has_finding(report, "doubled-header"));
  const FileReport* const log = file_of(report, FileKind::log);
  const EngineForecast& engine = (*report.engines)[static_cast<std::size_t>(ReleaseLine::v1_0)];
  CHECK(engine.opens);
  CHECK(engine.commits_lost == log->commits);
  CHECK(engine.bytes_cut == log->bytes - 8);
}

TEST_CASE("an empty log is an empty database") {
  CHECK(verified_log("").verdict == Verdict::clean);
}

TEST_CASE("a log with a header and nothing else is clean") {
  const VerifyReport report = verified_log(std::string("\xFFSMXAOL\x02", 8));
  CHECK(report.verdict == Verdict::clean);
  CHECK(report.files.front().formats == std::vector{PartFormat::framed_2});
}

TEST_CASE("a file of zeros is damaged, though every engine loads it") {
  CHECK(verified_log(std::string(4096, '\0')).verdict == Verdict::damaged);
}

TEST_CASE("a file of garbage is damaged and not a torn log") {
  CHECK(verified_log("this is no database at all").verdict == Verdict::damaged);
}

TEST_CASE("a header cut while a new log was made is a torn tail") {
  CHECK(verified_log("\xFFSMX").verdict == Verdict::torn_tail);
}

TEST_CASE("a new log whose length reached the disk and whose header did not is a torn tail") {
  const std::size_t written = GENERATE(0U, 1U, 4U, 7U);
  const std::size_t length = GENERATE(7U, 8U);
  std::string log(length, '\0');
  log.replace(0, written, std::string("\xFFSMXAOL", 7).substr(0, written));
  CHECK(verified_log(log).verdict == Verdict::torn_tail);
}

TEST_CASE("more zeros than a header has bytes may have been commits: damaged, not torn") {
  CHECK(verified_log(std::string(9, '\0')).verdict == Verdict::damaged);
}

TEST_CASE("a writer that had to wait for the file leaves a sound log") {
  // As a busy machine makes line 0.18 write it: one commit is 28 ms older than its neighbours.
  std::string log;
  Version now = 1'795'379'173'000'000'000;
  for (int i = 0; i < 400; ++i) {
    now += 7'000;
    const Version version = i % 100 == 50 ? now - 28'000'000 : now;
    for (int k = 0; k < 3; ++k) {
      const std::string key = "bench:" + std::to_string(1000 + 3 * i + k);
      const std::string value(90, static_cast<char>('a' + i % 26));
      formats::append_record(log, {key, version, value});
    }
  }
  const VerifyReport report = verified_log(log);
  CHECK(report.verdict == Verdict::clean);
  CHECK(report.files.front().commits == 400);
}

TEST_CASE("the first version of a log and its last need not be its least and its greatest") {
  std::string log;
  for (const Version version : {2U, 1U, 3U, 5U, 4U}) {
    const std::string key = "key" + std::to_string(version);
    formats::append_record(log, {key, version, "value"});
  }
  const VerifyReport report = verified_log(log);
  const FileReport& file = report.files.front();
  CHECK(file.first_version == 2);
  CHECK(file.last_version == 4);
  CHECK(file.min_version == 1);
  CHECK(file.max_version == 5);
}

TEST_CASE("a directory without a database cannot be verified") {
  const test::TemporaryDirectory directory;
  const auto report = verify(posix_file_system(), database_files(directory.path(), {}), {});
  REQUIRE(!report.has_value());
  CHECK(report.error().code == ErrorCode::not_found);
}

TEST_CASE("the map of a log counts each commit where it begins") {
  const auto report =
      verify(posix_file_system(), database_files(test::testdata("engine-1.1/log"), {}), {});
  REQUIRE(report.has_value());
  const FileReport& log = report->files.back();
  const CommitMap& map = log.commit_map;
  CHECK(map.stretches.size() > CommitMap::max_stretches / 2);
  CHECK(map.stretches.size() <= CommitMap::max_stretches);
  CHECK(map.stretches.size() * map.stretch_bytes <= log.bytes);
  std::uint64_t commits = 0;
  for (const CommitMap::Stretch& stretch : map.stretches) commits += stretch.commits;
  CHECK(commits == log.commits);
  CHECK(map.stretches.back().last_version == log.last_version);
  // The first commit lies behind the header of 8 bytes.
  CHECK(map.stretches[8 / map.stretch_bytes].commits == 1);
}

}  // namespace
}  // namespace persist
