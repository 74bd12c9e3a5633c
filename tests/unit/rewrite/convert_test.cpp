#include <persist/convert.hpp>
#include <persist/verify.hpp>

#include "support/string_file.hpp"
#include "unit/rewrite/small_database.hpp"

namespace persist::test {
namespace {

struct Converted {
  TemporaryDirectory around;
  DatabaseFiles paths = database_files(around / "new", {});
  RewriteReport report;

  Converted(const std::string& log, const std::string& snapshot, ReleaseLine to) {
    StringFile log_file(log);
    StringFile snapshot_file(snapshot);
    ConvertOptions options;
    options.to = to;
    auto done =
        convert(posix_file_system(), {&log_file, &snapshot_file, std::nullopt}, paths, options);
    REQUIRE(done);
    report = *std::move(done);
  }
  [[nodiscard]] std::optional<Version> covered() const {
    const auto checked = verify(posix_file_system(), paths, {});
    REQUIRE(checked);
    CHECK(exit_status_of(*checked, true) == 0);
    return checked->files.front().covered;
  }
};

std::vector<TestCommit> commits_from(Version first, Version last) {
  std::vector<TestCommit> commits;
  for (Version version = first; version <= last; ++version) {
    commits.push_back({version, {{"key" + std::to_string(version % 5), "value"}}});
  }
  return commits;
}

TEST_CASE("a snapshot that gets a header covers the deletes that lie in front of the log") {
  const std::string snapshot = snapshot_of(std::nullopt, {{5, {{"a", "one"}}}});
  const Converted converted(log_of(LogFormat::framed_1, commits_from(9, 30)), snapshot,
                            ReleaseLine::v1_1);
  CHECK(converted.covered() == 8);
}

TEST_CASE("a snapshot that gets a header covers what is in it beside a log that overlaps it") {
  const std::string snapshot = snapshot_of(std::nullopt, {{15, {{"z", "one"}}}});
  const Converted converted(log_of(LogFormat::framed_1, commits_from(9, 13)), snapshot,
                            ReleaseLine::v1_1);
  CHECK(converted.covered() == 15);
}

TEST_CASE("versions behind which the target would not take another commit are numbered anew") {
  const Version last = version_limit_1_1 - 1;
  for (const auto& [version, renumbered] : {std::pair(last, true), std::pair(last - 1, false)}) {
    const Converted converted(log_of(LogFormat::framed_1, {{version, {{"a", "one"}}}}), {},
                              ReleaseLine::v1_1);
    CHECK(converted.report.renumbered == renumbered);
    CHECK(converted.report.clock == (renumbered ? 1 : version));
  }
}

}  // namespace
}  // namespace persist::test
