// What verify says of files that interrupted writes left beside a sound database.
#include <algorithm>
#include <filesystem>
#include <persist/verify.hpp>

#include "support/catch.hpp"
#include "support/real_files.hpp"
#include "support/temporary_directory.hpp"

namespace persist {
namespace {

using test::read_whole_file;
using test::TemporaryDirectory;
using test::testdata;

const std::string sound = "engine-0.27/log";

// The findings of a sound log with such a file beside it.
VerifyReport verified_beside(const std::string& name, const std::string& bytes) {
  const TemporaryDirectory directory;
  test::write_file(directory / "aol.bin", read_whole_file(testdata(sound + "/aol.bin")));
  test::write_file(directory / name, bytes);
  VerifyOptions options;
  options.temp_dir = directory.path();
  auto report = verify(posix_file_system(), database_files(directory.path(), {}), options);
  REQUIRE(report);
  return *std::move(report);
}

const Finding& only_finding(const VerifyReport& report) {
  REQUIRE(report.files.size() == 1);
  REQUIRE(report.files.front().findings.size() == 1);
  return report.files.front().findings.front();
}

}  // namespace

TEST_CASE("a leftover is told by its kind, and leaves the database clean") {
  const auto [name, code, severity] = GENERATE(table<std::string, std::string, Severity>({
      {"aol.bin.123_0.new", "leftover-log", Severity::info},
      {"snapshot.bin.9_17.tmp", "leftover-snapshot", Severity::info},
      {"snapshot.tmp", "leftover-snapshot", Severity::info},
      {"aol_truncate_4711.tmp", "leftover-log-tail", Severity::warning},
  }));
  const VerifyReport report = verified_beside(name, "");
  CHECK(report.verdict == Verdict::clean);
  const Finding& finding = only_finding(report);
  CHECK(finding.code == code);
  CHECK(finding.severity == severity);
  CHECK(finding.message.find(name) != std::string::npos);
}

TEST_CASE("of a truncation tail the commits are counted, for it may be the only copy") {
  const auto commits = test::read_commit_lines(testdata(sound + "/commits.ndjson"));
  const std::string tail =
      read_whole_file(testdata(sound + "/aol.bin")).substr(commits[commits.size() - 30].offset);
  const VerifyReport report = verified_beside("aol_truncate_1.tmp", tail);
  const std::string& message = only_finding(report).message;
  CHECK(message.find("holds 30 commits up to version " + std::to_string(commits.back().version)) !=
        std::string::npos);
}

}  // namespace persist
