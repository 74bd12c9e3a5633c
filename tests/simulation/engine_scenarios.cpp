#include <fmt/format.h>

#include "simulation/examination.hpp"
#include "simulation/scenario.hpp"
#include "simulation/workload.hpp"

namespace persist::simulation {
namespace {

std::unexpected<Error> complaint(const std::string& what) {
  return fail(ErrorCode::mismatch, {}, what);
}

Result<Database> open_database(Stage& stage, const Options& options) {
  auto database = Database::open(database_directory, options, stage.files);
  if (!database) return database;
  PERSIST_TRY_ASSIGN(const Rows rows, rows_of(*database));
  if (rows != stage.model.rows(stage.model.promised())) {
    return complaint("a database was opened that does not hold what was promised");
  }
  return database;
}

// Keeps the first error.
void keep(Result<>& first, Result<> next) {
  const bool is_complaint = !next && next.error().code == ErrorCode::mismatch;
  if (first || (is_complaint && first.error().code != ErrorCode::mismatch)) first = std::move(next);
}

// What was in memory only is not promised by closing.
Result<> close_and_promise(Stage& stage, Database& database) {
  PERSIST_TRY(database.close());
  stage.model.promise();
  stage.note_promise();
  return {};
}

// After a commit that failed the log may hold it or not: nothing may follow it.
Result<> commit_twice(Stage& stage, const Options& options, bool is_promise) {
  PERSIST_TRY_ASSIGN(Database database, open_database(stage, options));
  Result<> first = commit_one(stage, database, is_promise);
  if (!first && first.error().code == ErrorCode::mismatch) return first;
  if (first) {
    first = commit_one(stage, database, is_promise);
  } else {
    Transaction transaction = *database.begin();
    PERSIST_TRY(transaction.set("never", "there"));
    if (transaction.commit()) return complaint("a commit was taken after one that had failed");
  }
  if (!first) {
    if (database.close()) return complaint("close hides that a commit had failed");
    return first;
  }
  return close_and_promise(stage, database);
}

Result<> commit_async(Stage& stage) {
  PERSIST_TRY_ASSIGN(Database database,
                     open_database(stage, scenario_options(FsyncMode::every_append,
                                                           AolMode::asynchronous_after_commit)));
  Result<> first = commit_one(stage, database, false);
  keep(first, database.drain());
  if (first) {
    stage.model.promise();
    stage.note_promise();
    first = commit_one(stage, database, false);
  }
  const auto closed = database.close();
  if (!first && closed) return complaint("close hides that the log had failed");
  keep(first, closed);
  if (first) stage.model.promise();
  stage.note_promise();
  return first;
}

Result<> snapshot_between_commits(Stage& stage, const Options& options) {
  PERSIST_TRY_ASSIGN(Database database, open_database(stage, options));
  Result<> first = commit_one(stage, database, options.fsync_mode == FsyncMode::every_append);
  if (first) {
    const auto covered = database.snapshot();
    if (covered) {
      stage.model.promise();
      stage.note_promise();
    } else {
      first = std::unexpected(covered.error());
    }
    // A snapshot that could not be written does not stop the log, as a rule.
    if (const auto next = commit_one(stage, database, false); !next) keep(first, next);
    keep(first, covered ? Result<>{} : Result<>(std::unexpected(covered.error())));
    if (const auto again = database.snapshot(); !again) {
      keep(first, std::unexpected(again.error()));
    } else {
      stage.model.promise();
      stage.note_promise();
    }
  }
  const auto closed = database.close();
  keep(first, closed);
  if (closed && options.aol_mode != AolMode::never) stage.model.promise();
  stage.note_promise();
  return first;
}

Result<> fill(Stage& stage, ReleaseLine line, bool with_snapshot) {
  const Options options =
      scenario_options(FsyncMode::every_append, AolMode::synchronous_on_commit, line);
  PERSIST_TRY_ASSIGN(Database database, open_database(stage, options));
  PERSIST_TRY(commit_one(stage, database));
  PERSIST_TRY(commit_one(stage, database));
  if (with_snapshot) PERSIST_TRY(database.snapshot());
  PERSIST_TRY(commit_one(stage, database));
  return database.close();
}

Result<> tear(Stage& stage) {
  PERSIST_TRY(fill(stage, ReleaseLine::v1_1, true));
  PERSIST_TRY_ASSIGN(const auto log,
                     stage.files.open(database_directory + "/aol.bin", OpenMode::read_write));
  PERSIST_TRY_ASSIGN(const FileInfo info, log->info());
  PERSIST_TRY(log->write_at(info.size_bytes, "half a frame"));
  return log->sync();
}

Result<> open_and_close(Stage& stage, const Options& options) {
  PERSIST_TRY_ASSIGN(Database database, open_database(stage, options));
  return close_and_promise(stage, database);
}

}  // namespace

void Stage::note_promise() const {
  memory.note({.first = model.promised(), .last = model.newest()});
}

Options scenario_options(FsyncMode fsync, AolMode aol, ReleaseLine line) {
  Options options;
  options.aol_mode = aol;
  options.fsync_mode = fsync;
  options.release_line = line;
  return options;
}

Result<> commit_one(Stage& stage, Database& database, bool is_promise) {
  const std::size_t number = stage.model.newest() + 1;
  const std::vector<Change> changes{
      {"counter", std::to_string(number)},
      {"long", std::string(400 * (number % 3) + 50, static_cast<char>('a' + number % 26))}};
  PERSIST_TRY_ASSIGN(Transaction transaction, database.begin());
  for (const Change& change : changes) PERSIST_TRY(transaction.set(change.key, *change.value));
  PERSIST_TRY_ASSIGN(const Rows before, rows_of(database));
  stage.model.begin(changes);
  stage.note_promise();
  const auto version = transaction.commit();
  PERSIST_TRY_ASSIGN(const Rows after, rows_of(database));
  if (!version) {
    if (after != before) return complaint("a commit that failed can be seen");
    return std::unexpected(version.error());
  }
  if (after != stage.model.rows()) return complaint("a commit cannot be seen");
  stage.model.acknowledge(*version);
  if (is_promise) stage.model.promise();
  stage.note_promise();
  return {};
}

std::vector<Scenario> engine_scenarios() {
  const Options synced = scenario_options(FsyncMode::every_append);
  const Options unsynced = scenario_options(FsyncMode::never);
  const Options in_memory = scenario_options(FsyncMode::never, AolMode::never);
  const auto filled = [](Stage& stage) { return fill(stage, ReleaseLine::v1_1, true); };
  const auto framed_1 = [](Stage& stage) { return fill(stage, ReleaseLine::v1_0, false); };
  const auto legacy = [](Stage& stage) { return fill(stage, ReleaseLine::v0_27, false); };
  std::vector<Scenario> all;
  const auto add = [&](std::string name, auto prepare, auto act) {
    all.push_back({std::move(name), prepare, act, false});
  };
  const auto open = [=](Stage& stage) { return open_and_close(stage, synced); };
  add("open nothing", nullptr, open);
  add("open a database", filled, open);
  add("open a torn log", tear, open);
  add("open a log of line 1.0", framed_1, open);
  add("open a log of line 0.27", legacy, open);
  for (const auto& [options, is_promise, name] :
       {std::tuple(synced, true, "synced"), std::tuple(unsynced, false, "unsynced")}) {
    const auto twice = [options = options, is_promise = is_promise](Stage& stage) {
      return commit_twice(stage, options, is_promise);
    };
    add(fmt::format("commit {} into nothing", name), nullptr, twice);
    add(fmt::format("commit {}", name), filled, twice);
    add(fmt::format("commit {} behind a legacy log", name), legacy, twice);
    add(fmt::format("snapshot between {} commits", name), filled,
        [options = options](Stage& stage) { return snapshot_between_commits(stage, options); });
  }
  add("commit async", filled, commit_async);
  add("snapshot without a log", nullptr,
      [=](Stage& stage) { return snapshot_between_commits(stage, in_memory); });
  return all;
}

}  // namespace persist::simulation
