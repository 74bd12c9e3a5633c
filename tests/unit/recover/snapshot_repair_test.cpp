#include <algorithm>
#include <persist/formats/lz4_frame.hpp>
#include <persist/repair.hpp>
#include <persist/snapshot_writer.hpp>
#include <persist/state.hpp>

#include "support/catch.hpp"
#include "support/real_files.hpp"
#include "support/temporary_directory.hpp"
#include "unit/recover/live_rows.hpp"

using namespace persist;
using namespace persist::test;

namespace {

// A real log of line 1.1 with the snapshot that would cover all of it, had the log not been kept.
class CoveredLog {
 public:
  explicit CoveredLog(Compression compression = Compression::none) {
    write_file(directory_ / "aol.bin", read_whole_file(testdata("engine-1.1/log/aol.bin")));
    const auto state = State::load(posix_file_system(), files(), {});
    REQUIRE(state);
    covered_ = state->summary().max_version;
    SnapshotWriter writer({covered_, compression, 0}, [this](ByteView bytes) -> Result<> {
      snapshot_ += bytes;
      return {};
    });
    REQUIRE(writer.begin());
    REQUIRE(state->for_each([&](const KeyState& key) {
      return writer.add(key.key, key.versions.last(1)).has_value();
    }));
    REQUIRE(writer.finish());
  }
  [[nodiscard]] DatabaseFiles files() const { return database_files(directory_.path(), {}); }
  [[nodiscard]] const std::string& snapshot() const { return snapshot_; }
  [[nodiscard]] Version covered() const { return covered_; }
  [[nodiscard]] std::string snapshot_path() const { return directory_ / "snapshot.bin"; }
  void put_snapshot(ByteView bytes) const { write_file(snapshot_path(), bytes); }

 private:
  TemporaryDirectory directory_;
  std::string snapshot_;
  Version covered_ = 0;
};

RepairPlan repaired(const DatabaseFiles& database, const RepairOptions& options = {}) {
  auto plan = plan_repair(posix_file_system(), database, options);
  if (!plan) FAIL(plan.error().to_string());
  const auto outcome = apply_repair(posix_file_system(), *plan, options,
                                    [](const RepairPlan&, const RepairOutcome&) { return ""; });
  if (!outcome) FAIL(outcome.error().to_string());
  return *plan;
}

const Rows& expected_rows() {
  static const Rows rows = read_rows(testdata("engine-1.1/log/expected.ndjson"));
  return rows;
}

}  // namespace

TEST_CASE("what a cut snapshot lost comes back from a log that still has it") {
  const CoveredLog database(GENERATE(Compression::none, Compression::lz4));
  const std::size_t size = database.snapshot().size();
  const std::size_t length =
      GENERATE_COPY(std::size_t{17}, size / 3, size / 2, size - 40, size - 1);
  database.put_snapshot(ByteView(database.snapshot()).substr(0, length));
  CHECK(repaired(database.files()).snapshot.rewrite);
  CHECK(rows_of(database.files()) == expected_rows());
}

TEST_CASE("a hole in a snapshot is filled from a log that still has its keys") {
  const CoveredLog database;
  std::string bytes = database.snapshot();
  const std::size_t at = GENERATE_COPY(std::size_t{20}, bytes.size() / 2, bytes.size() - 200);
  bytes.replace(at, 150, std::string(150, '\xEE'));
  database.put_snapshot(bytes);
  CHECK(repaired(database.files()).snapshot.rewrite);
  CHECK(rows_of(database.files()) == expected_rows());
}

TEST_CASE("a repaired snapshot covers what it covered") {
  const CoveredLog database;
  database.put_snapshot(ByteView(database.snapshot()).substr(0, database.snapshot().size() / 2));
  repaired(database.files());
  const auto file = posix_file_system().open(database.snapshot_path(), OpenMode::read);
  REQUIRE(file);
  std::string header(16, '\0');
  REQUIRE((*file)->read_at(0, header));
  CHECK(header == database.snapshot().substr(0, 16));
}

TEST_CASE("a snapshot of zeros hides nothing of the log") {
  const CoveredLog database;
  database.put_snapshot(std::string(database.snapshot().size(), '\0'));
  repaired(database.files());
  CHECK(rows_of(database.files()) == expected_rows());
}

TEST_CASE("a snapshot whose header is cut short hides nothing of the log") {
  const CoveredLog database;
  database.put_snapshot(ByteView(database.snapshot()).substr(0, 11));
  repaired(database.files());
  CHECK(rows_of(database.files()) == expected_rows());
}

TEST_CASE("a snapshot that was cut between two entries hides nothing that the log still has") {
  const CoveredLog database;
  const std::size_t header_alone = 16;
  database.put_snapshot(ByteView(database.snapshot()).substr(0, header_alone));
  const RepairPlan plan = repaired(database.files());
  CHECK(std::ranges::find(plan.lineage, incomplete_code, &Finding::code) != plan.lineage.end());
  CHECK(rows_of(database.files()) == expected_rows());
}

TEST_CASE("an uncertain entry of a snapshot is listed, and lost where strictness leaves it out") {
  // Keys that have nothing in common: what comes right behind damage may begin elsewhere.
  const TemporaryDirectory directory;
  std::string bytes;
  std::vector<std::size_t> begins;
  for (int i = 0; i < 200; ++i) {
    begins.push_back(bytes.size());
    std::string key(8, static_cast<char>('0' + i / 4));
    key[0] = static_cast<char>(i);
    formats::append_snapshot_entry(bytes, key,
                                   std::vector<VersionedValue>{{Version(i) + 1, "value of this"}});
  }
  bytes.replace(begins[100] + 3, 20, std::string(20, '\xEE'));
  write_file(directory / "snapshot.bin", bytes);
  const DatabaseFiles database = database_files(directory.path(), {});
  RepairOptions options;
  const auto loose = plan_repair(posix_file_system(), database, options);
  REQUIRE(loose);
  options.strict = true;
  const auto strict = plan_repair(posix_file_system(), database, options);
  REQUIRE(strict);
  const std::uint64_t left_out = loose->recovered_entries - strict->recovered_entries;
  REQUIRE(left_out > 0);
  CHECK(loose->uncertain_count == left_out);
  CHECK(loose->uncertain_entries == left_out);
  REQUIRE(loose->uncertain.size() == left_out);
  const CommitPlace& place = loose->uncertain.front();
  CHECK(place.file == FileKind::snapshot);
  CHECK(std::ranges::find(begins, place.offset) != begins.end());
  CHECK(place.keys.size() == 1);
  CHECK(strict->uncertain_count == 0);
  CHECK(strict->lost_commits == loose->lost_commits + left_out);
  CHECK(strict->lost_bytes > loose->lost_bytes);
  CHECK(strict->lost.size() == loose->lost.size() + left_out);
  options.max_lost_commits = loose->lost_commits;
  CHECK_FALSE(check_limits(*strict, options));
}

TEST_CASE("a plan that leaves a contradiction says so, and applying it leaves it") {
  const CoveredLog database;
  std::string bytes = database.snapshot();
  bytes[bytes.size() - 1] = static_cast<char>(bytes.back() ^ 1);  // of the last value
  database.put_snapshot(bytes);
  const auto plan = plan_repair(posix_file_system(), database.files(), {});
  REQUIRE(plan);
  CHECK_FALSE(plan->is_needed());
  CHECK(plan->leaves_contradiction);
  RepairOptions options;
  options.distrust_snapshot = true;
  CHECK_FALSE(repaired(database.files(), options).leaves_contradiction);
  CHECK(rows_of(database.files()) == expected_rows());
  CHECK(verify(posix_file_system(), database.files(), {})->verdict == Verdict::clean);
}

TEST_CASE("a bare snapshot that contradicts the log is made to agree where that is asked for") {
  const TemporaryDirectory directory;
  std::string snapshot;
  formats::append_snapshot_entry(snapshot, "a", std::vector<VersionedValue>{{1, "altered"}});
  formats::append_snapshot_entry(snapshot, "b", std::vector<VersionedValue>{{4, "newer"}});
  std::string log;
  formats::append_record(log, {"a", 1, "a's"});
  formats::append_record(log, {"b", 2, "b's"});
  formats::append_record(log, {"c", 3, "c's"});
  write_file(directory / "snapshot.bin", snapshot);
  write_file(directory / "aol.bin", log);
  const DatabaseFiles database = database_files(directory.path(), {});
  const auto before = rows_of(database);
  RepairOptions options;
  options.distrust_snapshot = true;
  CHECK(repaired(database, options).snapshot.rewrite);
  CHECK(rows_of(database) == before);
  CHECK(verify(posix_file_system(), database, {})->verdict == Verdict::clean);
}

TEST_CASE("a snapshot that only looks like LZ4 is written so that the engine reads it") {
  const TemporaryDirectory directory;
  std::string bytes;
  const std::string key("\x22\x4D\x18\x60", 4);
  formats::append_snapshot_entry(bytes, key, std::vector<VersionedValue>{{7, "value"}});
  formats::append_snapshot_entry(bytes, "zz", std::vector<VersionedValue>{{8, "other"}});
  write_file(directory / "snapshot.bin", bytes);
  const DatabaseFiles database = database_files(directory.path(), {});
  const RepairPlan plan = repaired(database);
  CHECK(plan.lost.empty());
  CHECK(plan.snapshot.reasons.size() == 1);
  CHECK(rows_of(database) == Rows{{key, "value"}, {"zz", "other"}});
  // 04 22 4D 18 and a frame header that holds: LZ4 for every release.
  const std::string written = read_file(directory / "snapshot.bin");
  CHECK(formats::decode_lz4_frame_header(written).has_value());
}

TEST_CASE("the history in an old snapshot is kept") {
  const TemporaryDirectory directory;
  const std::string name = "surrealdb-3.0.2/versioned-snapshot";
  const std::string bytes = read_whole_file(testdata(name + "/snapshot.bin"));
  write_file(directory / "snapshot.bin", ByteView(bytes).substr(0, bytes.size() - 3));
  const DatabaseFiles database = database_files(directory.path(), {});
  const auto history_of = [&] {
    StateOptions options;
    options.history = true;
    const auto state = State::load(posix_file_system(), database, options);
    REQUIRE(state);
    std::vector<std::pair<std::string, std::size_t>> history;
    REQUIRE(state->for_each([&](const KeyState& key) {
      history.emplace_back(key.key, key.versions.size());
      return true;
    }));
    return history;
  };
  const auto before = history_of();
  CHECK(repaired(database).snapshot.rewrite);
  CHECK(history_of() == before);
}
