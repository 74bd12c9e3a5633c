#include <filesystem>
#include <persist/formats/record.hpp>
#include <persist/repair.hpp>

#include "support/catch.hpp"
#include "support/failing_file_system.hpp"
#include "support/real_files.hpp"
#include "support/temporary_directory.hpp"
#include "unit/recover/live_rows.hpp"
#include "unit/recover/repaired_copy.hpp"

using namespace persist;
using namespace persist::test;

namespace {

// Rows as expected, or, key by key, as a second truth permits.
void check_rows(const Rows& rows, const std::string& name) {
  const Rows expected = read_rows(testdata(name + "/expected-after-repair.ndjson"));
  const std::string also = testdata(name + "/also-allowed.ndjson");
  if (!fs::exists(also)) {
    CHECK(rows == expected);
    return;
  }
  const Rows allowed = read_rows(also);
  const auto value_in = [](const Rows& in, const std::string& key) {
    const auto at = in.find(key);
    return at == in.end() ? std::optional<std::string>() : at->second;
  };
  Rows all = expected;
  all.insert(allowed.begin(), allowed.end());
  all.insert(rows.begin(), rows.end());
  for (const auto& [key, value] : all) {
    const auto got = value_in(rows, key);
    INFO(key);
    CHECK((got == value_in(expected, key) || got == value_in(allowed, key)));
  }
}

std::vector<std::string> damaged_names() {
  std::vector<std::string> names{"engine-1.0/doubled-header"};
  for (const char* line : {"0.18", "0.27", "1.0", "1.1"}) {
    for (const auto& name : directories_in(std::string("damaged/") + line)) {
      // Two hit commits write one key there, and the truth does not know its value in between.
      if (name != "damaged/0.18/0014-sector-swap") names.push_back(name);
    }
  }
  return names;
}

}  // namespace

TEST_CASE("a plan that needs nothing is refused where the files hold another state") {
  const Copy copy("engine-1.1/log");
  RepairPlan plan = planned(copy.files());
  plan.fingerprint = "xxh3-128:00000000000000000000000000000000";
  const auto outcome = apply(posix_file_system(), plan);
  REQUIRE_FALSE(outcome);
  CHECK(outcome.error().code == ErrorCode::changed);
}

TEST_CASE("every damaged log comes back with the rows that are still whole in it") {
  for (const std::string& name : damaged_names()) {
    DYNAMIC_SECTION(name) {
      const Copy copy(name);
      const RepairPlan plan = planned(copy.files());
      CHECK(plan.is_needed());
      const RepairOutcome outcome = applied(plan);
      CHECK(outcome.fingerprint == plan.fingerprint);
      check_rows(rows_of(copy.files()), name);
      CHECK_FALSE(planned(copy.files()).is_needed());
    }
  }
}

TEST_CASE("a sound database needs nothing, and applying that changes nothing") {
  for (const char* line : {"engine-0.18", "engine-0.27", "engine-1.0", "engine-1.1"}) {
    for (const std::string& name : directories_in(line)) {
      if (!fs::exists(testdata(name + "/expected.ndjson"))) continue;
      DYNAMIC_SECTION(name) {
        const Copy copy(name);
        const auto names = copy.names();
        const RepairPlan plan = planned(copy.files());
        CHECK_FALSE(plan.is_needed());
        CHECK(plan.lost.empty());
        CHECK(applied(plan).originals.empty());
        CHECK(copy.names() == names);
      }
    }
  }
}

TEST_CASE("the cut bytes are kept beside the originals, one range after the other") {
  const Copy copy("damaged/1.1/0008-garbage-tail");
  const RepairPlan plan = planned(copy.files());
  REQUIRE(plan.log.damage.size() == 1);
  const Damage& damage = plan.log.damage[0];
  const std::string before = read_file(copy / "aol.bin");
  const RepairOutcome outcome = applied(plan);
  CHECK(read_file(outcome.originals + "/aol.bin.cut") ==
        before.substr(damage.offset, damage.length));
  CHECK(read_file(outcome.originals + "/report.json") == "{}\n");
}

TEST_CASE("a plan for other bytes is refused and nothing is touched") {
  const Copy copy("damaged/1.1/0009-hole");
  const RepairPlan plan = planned(copy.files());
  std::string bytes = read_file(copy / "aol.bin");
  bytes.back() ^= 1;
  write_file(copy / "aol.bin", bytes);
  CHECK(apply(posix_file_system(), plan).error().code == ErrorCode::changed);
  CHECK(copy.names() == std::vector<std::string>{"aol.bin"});
  CHECK(planned(copy.files()).id != plan.id);
}

TEST_CASE("a repair that loses more than is permitted is refused and nothing is touched") {
  const Copy copy("damaged/1.1/0009-hole");
  RepairOptions options;
  const bool by_commits = GENERATE(true, false);
  (by_commits ? options.max_lost_commits : options.max_lost_bytes) = 1;
  const RepairPlan plan = planned(copy.files(), options);
  CHECK(check_limits(plan, options).error().code == ErrorCode::limit);
  CHECK(apply(posix_file_system(), plan, options).error().code == ErrorCode::limit);
  CHECK(copy.names() == std::vector<std::string>{"aol.bin"});
}

TEST_CASE("a locked database is busy") {
  const Copy copy("damaged/1.1/0009-hole");
  const RepairPlan plan = planned(copy.files());
  const auto lock = posix_file_system().lock(copy.path());
  REQUIRE(lock);
  CHECK(apply(posix_file_system(), plan).error().code == ErrorCode::busy);
}

TEST_CASE("whatever call fails, the old files are what they were and nothing is left beside them") {
  const Call call = GENERATE(Call::create, Call::write, Call::sync, Call::rename, Call::link);
  int failures = 0;
  for (;; ++failures) {
    REQUIRE(failures < 40);
    const Copy copy("damaged/1.1/0009-hole");
    const std::string before = read_file(copy / "aol.bin");
    FailingFileSystem files(posix_file_system());
    files.fail(call, ErrorCode::io, failures);
    if (apply(files, planned(copy.files()))) break;
    CHECK(read_file(copy / "aol.bin") == before);
    CHECK(copy.names() == std::vector<std::string>{"aol.bin"});
  }
  CHECK(failures > 0);
}

TEST_CASE("originals are copied where the file system has no second names") {
  const Copy copy("damaged/1.1/0009-hole");
  const std::string before = read_file(copy / "aol.bin");
  FailingFileSystem files(posix_file_system());
  files.fail(Call::link, ErrorCode::unsupported);
  const auto outcome = apply(files, planned(copy.files()));
  REQUIRE(outcome);
  CHECK(read_file(outcome->originals + "/aol.bin") == before);
  REQUIRE(undo_repair(posix_file_system(), copy.files()));
  CHECK(read_file(copy / "aol.bin") == before);
}

// Cuts the log when the directory of the originals is made.
class CuttingFileSystem final : public FailingFileSystem {
 public:
  CuttingFileSystem(FileSystem& inner, std::string log)
      : FailingFileSystem(inner), log_(std::move(log)) {}
  Result<> create_directories(const std::string& path) override {
    fs::resize_file(log_, fs::file_size(log_) / 2);
    return FailingFileSystem::create_directories(path);
  }

 private:
  std::string log_;
};

TEST_CASE("a log that becomes shorter while it is copied is no original") {
  const Copy copy("damaged/1.1/0009-hole");
  CuttingFileSystem files(posix_file_system(), copy / "aol.bin");
  files.forbid_links();
  const auto outcome = apply(files, planned(copy.files()));
  REQUIRE_FALSE(outcome);
  CHECK(outcome.error().code == ErrorCode::changed);
  CHECK(copy.names() == std::vector<std::string>{"aol.bin"});
}

TEST_CASE("output leaves the database alone") {
  const Copy copy("damaged/1.0/0009-hole");
  const TemporaryDirectory other;
  const std::string before = read_file(copy / "aol.bin");
  const RepairPlan plan = planned(copy.files());
  const DatabaseFiles output = database_files(other / "new", {});
  const auto written = write_repaired(posix_file_system(), plan, {}, output);
  REQUIRE(written);
  CHECK(read_file(copy / "aol.bin") == before);
  check_rows(rows_of(output), "damaged/1.0/0009-hole");
}

TEST_CASE("of an output that cannot be finished nothing is left, its directories neither") {
  const Copy copy("damaged/1.0/0009-hole");
  const TemporaryDirectory other;
  const auto call = GENERATE(Call::create, Call::write, Call::sync, Call::link);
  const std::string log_path = GENERATE("", "logs/deep/aol.bin");
  FailingFileSystem files(posix_file_system());
  files.fail(call, ErrorCode::no_space);
  const auto written = write_repaired(files, planned(copy.files()), {},
                                      database_files(other / "new/and/deep", {log_path, {}}));
  REQUIRE_FALSE(written);
  CHECK(written.error().code == ErrorCode::no_space);
  CHECK(other.names().empty());
}

TEST_CASE("output goes into no directory that holds anything") {
  const Copy copy("damaged/1.0/0009-hole");
  const TemporaryDirectory other;
  write_file(other / "a note", "of somebody else");
  const auto written = write_repaired(posix_file_system(), planned(copy.files()), {},
                                      database_files(other.path(), {}));
  REQUIRE_FALSE(written);
  CHECK(written.error().code == ErrorCode::exists);
  CHECK(other.names() == std::vector<std::string>{"a note"});
}

TEST_CASE("output overwrites no file, wherever it is told to write") {
  const Copy copy("damaged/1.0/0009-hole");
  const TemporaryDirectory other;
  const std::string before = read_file(copy / "aol.bin");
  const RepairPlan plan = planned(copy.files());
  const bool is_log = GENERATE(true, false);
  DatabaseFiles output = database_files(other / "new", {});
  (is_log ? output.log : output.snapshot) = copy / "aol.bin";
  const auto written = write_repaired(posix_file_system(), plan, {}, output);
  REQUIRE_FALSE(written);
  CHECK(written.error().code == ErrorCode::exists);
  CHECK(written.error().path == copy / "aol.bin");
  CHECK(read_file(copy / "aol.bin") == before);
  CHECK(other.names().empty());
}

TEST_CASE("output of a sound database is the same files") {
  const Copy copy("engine-1.1/snapshot-and-log");
  const TemporaryDirectory other;
  const DatabaseFiles output = database_files(other / "new", {});
  REQUIRE(write_repaired(posix_file_system(), planned(copy.files()), {}, output));
  CHECK(read_file(output.log) == read_file(copy / "aol.bin"));
  CHECK(read_file(output.snapshot) == read_file(copy / "snapshot.bin"));
}

TEST_CASE("a short log is a database though most of it is torn") {
  const TemporaryDirectory directory;
  std::string bytes;
  for (const char* key : {"a", "b"}) formats::append_record(bytes, {key, 1, "value"});
  write_file(directory / "aol.bin", bytes + std::string(1000, '\x7F'));
  const RepairPlan plan = planned(database_files(directory.path(), {}));
  CHECK(plan.is_needed());
  CHECK(plan.recovered_commits == 1);
  CHECK(plan.live_keys == 2);
}

TEST_CASE("random bytes are no database, and a directory without files is none either") {
  const TemporaryDirectory directory;
  const DatabaseFiles database = database_files(directory.path(), {});
  CHECK(plan_repair(posix_file_system(), database, {}).error().code == ErrorCode::not_found);
  std::string noise;
  for (unsigned i = 0, x = 1; i < 4096; ++i) {
    x = x * 1664525 + 1013904223;
    noise.push_back(static_cast<char>(x >> 24U));
  }
  write_file(directory / "aol.bin", noise);
  CHECK(plan_repair(posix_file_system(), database, {}).error().code == ErrorCode::not_a_database);
}

TEST_CASE("a log of zeros becomes an empty one") {
  const TemporaryDirectory directory;
  write_file(directory / "aol.bin", std::string(5000, '\0'));
  const DatabaseFiles database = database_files(directory.path(), {});
  const RepairPlan plan = planned(database);
  CHECK(plan.is_needed());
  applied(plan);
  CHECK(read_file(directory / "aol.bin").empty());
}
