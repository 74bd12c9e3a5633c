#include <persist/compact.hpp>
#include <persist/convert.hpp>
#include <persist/fingerprint.hpp>
#include <persist/import.hpp>
#include <persist/repair.hpp>
#include <persist/replay.hpp>
#include <persist/snapshot.hpp>

#include "simulation/scenario.hpp"
#include "simulation/workload.hpp"

namespace persist::simulation {
namespace {

DatabaseFiles database() {
  return database_files(database_directory, {});
}
DatabaseFiles output() {
  return database_files(output_directory, {});
}

template <class Options>
Options small() {
  Options options;
  options.max_memory_bytes = std::uint64_t{16} << 20U;
  return options;
}

Result<> without_value(const auto& result) {
  if (!result) return std::unexpected(result.error());
  return {};
}

Result<> fill(Stage& stage, ReleaseLine line) {
  const Options options =
      scenario_options(FsyncMode::every_append, AolMode::synchronous_on_commit, line);
  PERSIST_TRY_ASSIGN(Database database, Database::open(database_directory, options, stage.files));
  PERSIST_TRY(commit_one(stage, database));
  PERSIST_TRY(commit_one(stage, database));
  PERSIST_TRY(database.snapshot());
  PERSIST_TRY(commit_one(stage, database));
  PERSIST_TRY(commit_one(stage, database));
  return database.close();
}

// One byte of the newest commit is wrong, and its end is torn: both files may have to go.
Result<> damage(Stage& stage) {
  PERSIST_TRY(fill(stage, ReleaseLine::v1_1));
  PERSIST_TRY_ASSIGN(const auto log, stage.files.open(database().log, OpenMode::read_write));
  PERSIST_TRY_ASSIGN(const FileInfo info, log->info());
  PERSIST_TRY(log->write_at(info.size_bytes, "half a frame"));
  return log->sync();
}

struct OpenPair {
  std::unique_ptr<File> log;
  std::unique_ptr<File> snapshot;
  [[nodiscard]] SourceFiles view() const { return {log.get(), snapshot.get(), {}}; }
};
Result<OpenPair> open_pair(Stage& stage) {
  OpenPair pair;
  PERSIST_TRY_ASSIGN(pair.log, stage.files.open(database().log, OpenMode::read));
  PERSIST_TRY_ASSIGN(pair.snapshot, stage.files.open(database().snapshot, OpenMode::read));
  return pair;
}

std::string no_report(const auto&...) {
  return "{}";
}

Result<> repair(Stage& stage, bool elsewhere) {
  const auto options = small<RepairOptions>();
  PERSIST_TRY_ASSIGN(const RepairPlan plan, plan_repair(stage.files, database(), options));
  if (elsewhere) return without_value(write_repaired(stage.files, plan, options, output()));
  return without_value(
      apply_repair(stage.files, plan, options,
                   [](const RepairPlan&, const RepairOutcome&) { return no_report(); }));
}

Result<> convert_here(Stage& stage, ReleaseLine to) {
  auto options = small<ConvertOptions>();
  options.to = to;
  return without_value(convert_in_place(stage.files, database(), options,
                                        [](const RewriteReport&) { return no_report(); }));
}

Result<> convert_elsewhere(Stage& stage) {
  auto options = small<ConvertOptions>();
  options.to = ReleaseLine::v0_27;
  PERSIST_TRY_ASSIGN(const OpenPair source, open_pair(stage));
  return without_value(convert(stage.files, source.view(), output(), options));
}

Result<> replay_elsewhere(Stage& stage) {
  PERSIST_TRY_ASSIGN(const OpenPair source, open_pair(stage));
  return without_value(replay(stage.files, source.view(), output(), small<ReplayOptions>()));
}

Result<> snapshot_elsewhere(Stage& stage) {
  PERSIST_TRY_ASSIGN(const OpenPair source, open_pair(stage));
  return without_value(write_snapshot(stage.files, source.view(), "/snapshot-of-db", std::nullopt,
                                      small<RewriteOptions>()));
}

Result<> import_rows(Stage& stage) {
  PERSIST_TRY_ASSIGN(Importer importer,
                     Importer::create(stage.files, output(), small<ImportOptions>()));
  PERSIST_TRY(importer.add("a", {1, "one"}));
  PERSIST_TRY(importer.add("b", {2, "two"}));
  Fingerprint fingerprint;
  fingerprint.add("a", "one");
  fingerprint.add("b", "two");
  return without_value(importer.finish(fingerprint.to_string()));
}

Result<> compact_here(Stage& stage, bool log_only) {
  auto options = small<CompactOptions>();
  options.log_only = log_only;
  return without_value(compact(stage.files, database(), options));
}

}  // namespace

std::vector<Scenario> rewriting_scenarios() {
  std::vector<Scenario> all;
  const auto filled = [](ReleaseLine line) {
    return [line](Stage& stage) { return fill(stage, line); };
  };
  const auto newest = filled(ReleaseLine::v1_1);
  const auto add = [&](std::string name, auto prepare, auto act, bool writes_to_output = false) {
    all.push_back({std::move(name), prepare, act, writes_to_output});
  };
  for (const ReleaseLine line : {ReleaseLine::v1_1, ReleaseLine::v1_0, ReleaseLine::v0_18}) {
    const std::string behind = " in line " + std::string(name_of(line));
    add("snapshot" + behind, filled(line), [](Stage& stage) {
      return without_value(take_snapshot(stage.files, database(), small<RewriteOptions>()));
    });
    add("compact" + behind, filled(line), [](Stage& stage) { return compact_here(stage, false); });
  }
  add("compact --log-only", newest, [](Stage& stage) { return compact_here(stage, true); });
  add("convert --in-place to 1.0", newest,
      [](Stage& stage) { return convert_here(stage, ReleaseLine::v1_0); });
  add("convert --in-place to 1.1", filled(ReleaseLine::v0_27),
      [](Stage& stage) { return convert_here(stage, ReleaseLine::v1_1); });
  add("repair --apply", damage, [](Stage& stage) { return repair(stage, false); });
  add(
      "repair --undo",
      [](Stage& stage) -> Result<> {
        PERSIST_TRY(damage(stage));
        return repair(stage, false);
      },
      [](Stage& stage) { return without_value(undo_repair(stage.files, database())); });
  add(
      "repair --output", damage, [](Stage& stage) { return repair(stage, true); }, true);
  add("convert --output", newest, convert_elsewhere, true);
  add("replay", newest, replay_elsewhere, true);
  add("snapshot --output", newest, snapshot_elsewhere);
  add("import", newest, import_rows, true);
  return all;
}

}  // namespace persist::simulation
