#include "simulation/examination.hpp"

#include <persist/database.hpp>
#include <persist/repair.hpp>
#include <persist/state.hpp>
#include <persist/verify.hpp>

#include "simulation/memory_file_system.hpp"
#include "simulation/model.hpp"
#include "simulation/workload.hpp"

namespace persist::simulation {
namespace {

const std::string late_key = "written afterwards";

Options options_for(ReleaseLine line) {
  Options options;
  options.release_line = line;
  options.aol_mode = AolMode::synchronous_on_commit;
  options.fsync_mode = FsyncMode::every_append;
  return options;
}

Result<Version> newest_version_in(FileSystem& files, const std::string& log) {
  PERSIST_TRY_ASSIGN(const auto file, files.open(log, OpenMode::read));
  PERSIST_TRY_ASSIGN(const State state, State::load(files, file.get(), nullptr, {}));
  return state.summary().max_version;
}

// What an interrupted write left is gone once a database is open; but for a rewritten log that has
// what the power cut took from the old one, which had not been synced when it was read.
Result<> find_temporaries(FileSystem& files, Version newest) {
  PERSIST_TRY_ASSIGN(const auto entries, files.list(database_directory));
  for (const DirectoryEntry& entry : entries) {
    const bool is_log = entry.name.ends_with(".new");
    if (!is_log && !entry.name.ends_with(".tmp")) continue;
    if (is_log) {
      PERSIST_TRY_ASSIGN(
          const Version held,
          newest_version_in(files, std::string(database_directory) + "/" + entry.name));
      if (held > newest) continue;
    }
    return fail(ErrorCode::mismatch, {}, "is still there: " + entry.name);
  }
  return {};
}

Result<> go_on(Database& database, Version newest) {
  PERSIST_TRY_ASSIGN(Transaction transaction, database.begin());
  PERSIST_TRY(transaction.set(late_key, "here"));
  PERSIST_TRY_ASSIGN(const Version version, transaction.commit());
  if (version <= newest) {
    return fail(ErrorCode::mismatch, {}, "a version was given out twice");
  }
  return database.close();
}

Result<> examine_into(Finding& finding, MemoryFileSystem& files, ReleaseLine line) {
  Rows rows;
  {
    auto opened = Database::open(database_directory, options_for(line), files);
    files.record(nullptr);
    finding.is_refusal = !opened && opened.error().code == ErrorCode::damaged;
    PERSIST_TRY_ASSIGN(Database database, std::move(opened));
    PERSIST_TRY_ASSIGN(rows, rows_of(database));
    finding.rows_hash = hash_of(rows);
    finding.newest_version = database.stats().newest_version;
    PERSIST_TRY(find_temporaries(files, finding.newest_version));
    PERSIST_TRY(go_on(database, finding.newest_version));
  }
  PERSIST_TRY_ASSIGN(Database again, Database::open(database_directory, options_for(line), files));
  PERSIST_TRY_ASSIGN(const Rows found, rows_of(again));
  rows.emplace(late_key, "here");
  if (found == rows) return {};
  return fail(ErrorCode::mismatch, {}, "after one more commit the rows are not the same and it");
}

}  // namespace

Result<Rows> rows_of(Database& database) {
  PERSIST_TRY_ASSIGN(const Transaction reading, database.begin_read());
  Rows rows;
  PERSIST_TRY(reading.visit({}, [&](ByteView key, ByteView value) {
    rows.emplace(key, value);
    return true;
  }));
  return rows;
}

Finding examine(const Image& image, ReleaseLine line, std::vector<Event>* trace) {
  MemoryFileSystem files(image);
  files.record(trace);
  Finding finding;
  if (const auto done = examine_into(finding, files, line); !done) {
    finding.problem = done.error().to_string();
  }
  return finding;
}

Result<Rows> rows_after_repair(const Image& image, ReleaseLine line) {
  MemoryFileSystem files(image);
  const RepairOptions options;
  PERSIST_TRY_ASSIGN(const RepairPlan plan,
                     plan_repair(files, database_files(database_directory, {}), options));
  PERSIST_TRY(apply_repair(files, plan, options, [](const RepairPlan&, const RepairOutcome&) {
    return std::string("{}");
  }));
  PERSIST_TRY_ASSIGN(Database database,
                     Database::open(database_directory, options_for(line), files));
  return rows_of(database);
}

std::optional<std::string> find_damage(const Image& image) {
  MemoryFileSystem files(image);
  VerifyOptions options;
  options.forecast = false;
  const auto report = verify(files, database_files(database_directory, {}), options);
  if (!report && report.error().code == ErrorCode::not_found) return std::nullopt;
  if (!report) return report.error().to_string();
  if (report->verdict != Verdict::damaged) return std::nullopt;
  for (const FileReport& file : report->files) {
    for (const persist::Finding& found : file.findings) {
      if (found.severity == Severity::error) return file.path + ": " + found.message;
    }
  }
  return "damaged";
}

}  // namespace persist::simulation
