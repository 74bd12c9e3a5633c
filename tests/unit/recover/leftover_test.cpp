#include <algorithm>
#include <filesystem>
#include <persist/formats/record.hpp>
#include <persist/log_builder.hpp>
#include <persist/repair.hpp>
#include <persist/state.hpp>

#include "support/catch.hpp"
#include "support/failing_file_system.hpp"
#include "support/real_files.hpp"
#include "support/temporary_directory.hpp"
#include "unit/recover/live_rows.hpp"

using namespace persist;
using namespace persist::test;

namespace {

// A real log of line 0.27 that was cut while its end lay in a truncation tail: what a crash between
// emptying the log and copying the end back leaves.
class CutLog {
 public:
  // The log keeps `kept` commits; the tail begins with commit `tail_from`.
  CutLog(std::size_t kept, std::size_t tail_from) {
    const std::string name = "engine-0.27/log";
    bytes_ = read_whole_file(testdata(name + "/aol.bin"));
    commits_ = read_commit_lines(testdata(name + "/commits.ndjson"));
    write_file(directory_ / "aol.bin", ByteView(bytes_).substr(0, commits_[kept].offset));
    write_file(tail(), ByteView(bytes_).substr(commits_[tail_from].offset));
  }
  [[nodiscard]] std::string tail() const { return directory_ / "aol_truncate_4711.tmp"; }
  [[nodiscard]] std::string log() const { return directory_ / "aol.bin"; }
  [[nodiscard]] DatabaseFiles files() const { return database_files(directory_.path(), {}); }
  [[nodiscard]] std::size_t commits() const { return commits_.size(); }
  [[nodiscard]] Version version(std::size_t commit) const { return commits_[commit].version; }

 private:
  TemporaryDirectory directory_;
  std::string bytes_;
  std::vector<CommitLine> commits_;
};

// One set a commit, of these versions in this order.
std::string legacy_log(const std::vector<Version>& versions) {
  std::string bytes;
  LogBuilder builder(LogFormat::legacy, [&bytes](ByteView part) -> Result<> {
    bytes += part;
    return {};
  });
  REQUIRE(builder.begin());
  for (const Version version : versions) {
    const std::string key = "key" + std::to_string(version);
    const RecordView record{key, version, "value"};
    REQUIRE(builder.add(std::span(&record, 1)));
  }
  return bytes;
}

LeftoverCheck only_leftover(const RepairPlan& plan) {
  REQUIRE(plan.leftovers.size() == 1);
  return plan.leftovers[0];
}

}  // namespace

TEST_CASE("a truncation tail that holds what the log lacks is offered, and is nothing by itself") {
  const CutLog database(40, 20);
  const auto plan = plan_repair(posix_file_system(), database.files(), {});
  REQUIRE(plan);
  CHECK_FALSE(plan->is_needed());
  const LeftoverCheck check = only_leftover(*plan);
  CHECK(check.commits == database.commits() - 20);
  CHECK(check.commits_shared == 20);
  CHECK(check.commits_nowhere_else == database.commits() - 40);
  CHECK(check.can_adopt);
  CHECK(check.message.find("it is this database's") != std::string::npos);
}

TEST_CASE("the commits of an adopted truncation tail take their places in the log") {
  const CutLog database(40, 20);
  RepairOptions options;
  options.adopt = {database.tail()};
  const auto plan = plan_repair(posix_file_system(), database.files(), options);
  REQUIRE(plan);
  CHECK(plan->is_needed());
  const auto outcome = apply_repair(posix_file_system(), *plan, options,
                                    [](const RepairPlan&, const RepairOutcome&) { return ""; });
  if (!outcome) FAIL(outcome.error().to_string());
  CHECK(read_file(database.log()) == read_whole_file(testdata("engine-0.27/log/aol.bin")));
  CHECK(rows_of(database.files()) == read_rows(testdata("engine-0.27/log/expected.ndjson")));
}

TEST_CASE("a tail is not adopted by a log with more commits out of order than memory can sort") {
  const TemporaryDirectory directory;
  write_file(directory / "aol.bin", legacy_log({2, 1, 4, 3, 6, 5, 8, 7, 10, 9, 12, 11}));
  const std::string tail = directory / "aol_truncate_4711.tmp";
  write_file(tail, legacy_log({13}));
  RepairOptions options;
  options.adopt = {tail};
  options.max_memory_bytes = 2048;
  const auto plan = plan_repair(posix_file_system(), database_files(directory.path(), {}), options);
  REQUIRE_FALSE(plan);
  CHECK(plan.error().code == ErrorCode::invalid_argument);
  CHECK(plan.error().to_string().find("the memory limit") != std::string::npos);
}

TEST_CASE("a copy back that stopped inside a commit is completed from the tail") {
  const CutLog database(40, 40);
  const std::string whole = read_whole_file(testdata("engine-0.27/log/aol.bin"));
  const std::string tail = read_file(database.tail());
  const std::string before = read_file(database.log());
  // The first commit of the tail with several records: cut at and inside each of them.
  const auto commits = read_commit_lines(testdata("engine-0.27/log/commits.ndjson"));
  std::size_t several = 40;
  const auto size_of = [&](std::size_t i) { return commits[i + 1].offset - commits[i].offset; };
  while (size_of(several) < 200) ++several;
  const std::size_t begin = commits[40].offset;
  const std::size_t length = commits[several].offset - begin + GENERATE(40U, 90U, 130U, 199U);
  write_file(database.log(), before + tail.substr(0, length));
  RepairOptions options;
  options.adopt = {database.tail()};
  const auto plan = plan_repair(posix_file_system(), database.files(), options);
  if (!plan) FAIL(plan.error().to_string());
  const auto outcome = apply_repair(posix_file_system(), *plan, options,
                                    [](const RepairPlan&, const RepairOutcome&) { return ""; });
  if (!outcome) FAIL(outcome.error().to_string());
  CHECK(read_file(database.log()) == whole);
}

TEST_CASE("the beginning of a commit that other commits follow is another commit") {
  const TemporaryDirectory directory;
  const auto record = [](ByteView key, Version version) {
    return RecordView{key, version, "value"};
  };
  std::string tail;
  for (const char* key : {"a", "b"}) formats::append_record(tail, record(key, 1));
  std::string log;
  formats::append_record(log, record("a", 1));
  formats::append_record(log, record("c", 2));
  write_file(directory / "aol.bin", log);
  write_file(directory / "aol_truncate_4711.tmp", tail);
  const auto plan = plan_repair(posix_file_system(), database_files(directory.path(), {}), {});
  REQUIRE(plan);
  CHECK(only_leftover(*plan).message.find("went on without them") != std::string::npos);
}

TEST_CASE("a commit cut between two records is completed, too") {
  const TemporaryDirectory directory;
  std::string whole;
  for (const char* key : {"a", "b", "c"}) formats::append_record(whole, {key, 2, "value"});
  std::string first;
  formats::append_record(first, {"a", 1, "value"});
  const std::size_t two_records = (whole.size() / 3) * 2;
  write_file(directory / "aol.bin", first + whole.substr(0, two_records));
  const std::string tail = directory / "aol_truncate_4711.tmp";
  write_file(tail, whole);
  RepairOptions options;
  const DatabaseFiles database = database_files(directory.path(), {});
  auto plan = plan_repair(posix_file_system(), database, options);
  REQUIRE(plan);
  CHECK(only_leftover(*plan).commits_nowhere_else == 1);
  options.adopt = {tail};
  plan = plan_repair(posix_file_system(), database, options);
  if (!plan) FAIL(plan.error().to_string());
  CHECK(plan->recovered_commits == 2);
  CHECK(plan->recovered_records == 4);
  REQUIRE(apply_repair(posix_file_system(), *plan, options,
                       [](const RepairPlan&, const RepairOutcome&) { return ""; }));
  CHECK(read_file(directory / "aol.bin") == first + whole);
}

TEST_CASE("a tail whose versions the log has used for other commits is not adopted") {
  const CutLog database(40, 20);
  std::string log = read_file(database.log());
  LogBuilder builder(LogFormat::legacy, [&](ByteView bytes) -> Result<> {
    log += bytes;
    return {};
  });
  for (std::size_t i = 40; i < 45; ++i) {
    const RecordView record{"user:000000000001", database.version(i), "the log went on"};
    REQUIRE(builder.add(std::span(&record, 1)));
  }
  write_file(database.log(), log);
  RepairOptions options;
  const auto plan = plan_repair(posix_file_system(), database.files(), options);
  REQUIRE(plan);
  CHECK(only_leftover(*plan).message.find("went on without them") != std::string::npos);
  options.adopt = {database.tail()};
  CHECK(plan_repair(posix_file_system(), database.files(), options).error().code ==
        ErrorCode::invalid_argument);
}

TEST_CASE("a tail is not offered to a log that went on without it") {
  const TemporaryDirectory directory;
  std::string tail;
  for (const char* key : {"a", "b"}) formats::append_record(tail, {key, 1, "value"});
  std::string log;
  formats::append_record(log, {"a", 1, "value"});
  formats::append_record(log, {"c", 2, "value"});
  write_file(directory / "aol.bin", log);
  write_file(directory / "aol_truncate_4711.tmp", tail);
  const auto plan = plan_repair(posix_file_system(), database_files(directory.path(), {}), {});
  REQUIRE(plan);
  CHECK(only_leftover(*plan).commits_nowhere_else == 1);
  CHECK_FALSE(only_leftover(*plan).can_adopt);
}

TEST_CASE("a tail that is in the snapshot already holds nothing new") {
  const TemporaryDirectory directory;
  const std::string name = testdata("engine-0.27/snapshot-and-log");
  write_file(directory / "snapshot.bin", read_whole_file(name + "/snapshot.bin"));
  write_file(directory / "aol.bin", read_whole_file(name + "/aol.bin"));
  // A delete, and a set of what the snapshot has in a later version.
  const auto state = State::load(posix_file_system(), database_files(directory.path(), {}), {});
  std::string key;
  REQUIRE(state->for_each([&](const KeyState& found) {
    key = std::string(found.key);
    return false;
  }));
  std::string tail;
  LogBuilder builder(LogFormat::legacy, [&](ByteView bytes) -> Result<> {
    tail += bytes;
    return {};
  });
  const std::vector<RecordView> records{{key, 1, "older"}};
  REQUIRE(builder.add(records));
  write_file(directory / "aol_truncate_1.tmp", tail);
  const auto plan = plan_repair(posix_file_system(), database_files(directory.path(), {}), {});
  REQUIRE(plan);
  CHECK(only_leftover(*plan).commits == 1);
  CHECK(only_leftover(*plan).commits_nowhere_else == 0);
}

TEST_CASE(
    "a leftover that cannot be read is mentioned, and an error only where it is to be adopted") {
  const CutLog database(40, 20);
  const std::string newer = database.log() + ".12_3.new";
  write_file(newer, std::string("\xFFSMXAOL\x03more", 12));
  RepairOptions options;
  const auto plan = plan_repair(posix_file_system(), database.files(), options);
  REQUIRE(plan);
  REQUIRE(plan->leftovers.size() == 2);
  const auto at = std::ranges::find(plan->leftovers, newer,
                                    [](const LeftoverCheck& check) { return check.leftover.path; });
  REQUIRE(at != plan->leftovers.end());
  CHECK(at->message.find("cannot be read") != std::string::npos);
  CHECK(at->commits_nowhere_else == 0);
  options.adopt = {newer};
  CHECK(plan_repair(posix_file_system(), database.files(), options).error().code ==
        ErrorCode::newer_format);
  options.adopt = {database.tail()};
  CHECK(plan_repair(posix_file_system(), database.files(), options));
}

TEST_CASE("a leftover that may not be read is mentioned, too") {
  const CutLog database(40, 20);
  FailingFileSystem files(posix_file_system());
  files.hide(database.tail());
  const auto plan = plan_repair(files, database.files(), {});
  REQUIRE(plan);
  CHECK(only_leftover(*plan).message.find("cannot be read") != std::string::npos);
  const auto report = verify(files, database.files(), {});
  REQUIRE(report);
  CHECK(report->verdict == Verdict::clean);
}

TEST_CASE("a leftover is adopted by whatever name it is reached") {
  const CutLog database(40, 20);
  RepairOptions options;
  options.adopt = {std::filesystem::relative(database.tail()).string()};
  const auto plan = plan_repair(posix_file_system(), database.files(), options);
  REQUIRE(plan);
  CHECK(only_leftover(*plan).adopted);
}

TEST_CASE("what is no leftover of the database cannot be adopted") {
  const CutLog database(40, 20);
  RepairOptions options;
  options.adopt = {database.log()};
  CHECK(plan_repair(posix_file_system(), database.files(), options).error().code ==
        ErrorCode::invalid_argument);
}

TEST_CASE("a rewritten log that never took the old one's place gives back what the log lost") {
  const TemporaryDirectory directory;
  const std::string bytes = read_whole_file(testdata("engine-1.1/log/aol.bin"));
  const auto commits = read_commit_lines(testdata("engine-1.1/log/commits.ndjson"));
  write_file(directory / "aol.bin", ByteView(bytes).substr(0, commits[70].offset));
  write_file(directory / "aol.bin.99_0.new", bytes);
  RepairOptions options;
  options.adopt = {directory / "aol.bin.99_0.new"};
  const DatabaseFiles database = database_files(directory.path(), {});
  const auto plan = plan_repair(posix_file_system(), database, options);
  REQUIRE(plan);
  CHECK(only_leftover(*plan).commits_nowhere_else == commits.size() - 70);
  REQUIRE(apply_repair(posix_file_system(), *plan, options,
                       [](const RepairPlan&, const RepairOutcome&) { return ""; }));
  CHECK(rows_of(database) == read_rows(testdata("engine-1.1/log/expected.ndjson")));
}

TEST_CASE("a log that starts late with no snapshot beside it is suspected to miss one") {
  const TemporaryDirectory directory;
  write_file(directory / "aol.bin",
             read_whole_file(testdata("engine-1.1/snapshot-and-log/aol.bin")));
  const auto plan = plan_repair(posix_file_system(), database_files(directory.path(), {}), {});
  REQUIRE(plan);
  REQUIRE_FALSE(plan->lineage.empty());
  CHECK(plan->lineage[0].code == "snapshot-missing");
  CHECK(plan->lineage[0].severity == Severity::warning);
}

TEST_CASE("a snapshot of another database is shown to contradict the log") {
  const TemporaryDirectory directory;
  write_file(directory / "aol.bin", read_whole_file(testdata("engine-1.1/log/aol.bin")));
  write_file(directory / "snapshot.bin",
             read_whole_file(testdata("engine-1.1/snapshot-and-log/snapshot.bin")));
  const auto plan = plan_repair(posix_file_system(), database_files(directory.path(), {}), {});
  REQUIRE(plan);
  REQUIRE_FALSE(plan->lineage.empty());
  CHECK(plan->lineage[0].code == "snapshot-contradicts-log");
}
