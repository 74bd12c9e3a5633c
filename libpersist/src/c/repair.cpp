#include <nlohmann/json.hpp>
#include <persist/repair.hpp>

#include "c/arguments.hpp"
#include "c/progress.hpp"
#include "c/text.hpp"
#include "json/repair_json.hpp"

struct persist_repair_plan {
  persist_repair_plan(const char* path, const persist_repair_options& given)
      : directory(path), progress(given.progress, given.context) {}

  std::string directory;
  persist::PathOptions paths;
  persist::c::Progress progress;
  persist::RepairOptions options;  // counts into `progress`
  persist::RepairPlan plan;
  persist::SurrealNames names;
};

namespace persist::c {
namespace {

PathOptions paths_of(const persist_repair_options& given) {
  return {text_or_empty(given.log_path), text_or_empty(given.snapshot_path)};
}

Result<std::vector<std::string>> adopted(const persist_repair_options& given) {
  std::vector<std::string> paths;
  if (given.adopt_count == 0) return paths;
  PERSIST_TRY(require(given.adopt, "adopt"));
  for (std::size_t i = 0; i < given.adopt_count; ++i) {
    PERSIST_TRY(require(given.adopt[i], "a path in adopt"));
    paths.emplace_back(given.adopt[i]);
  }
  return paths;
}

Result<RepairOptions> repair_options(const persist_repair_options& given, Progress& progress) {
  RepairOptions options;
  options.strict = given.strict != 0;
  options.distrust_snapshot = given.distrust_snapshot != 0;
  if (given.has_max_lost_commits != 0) options.max_lost_commits = given.max_lost_commits;
  if (given.has_max_lost_bytes != 0) options.max_lost_bytes = given.max_lost_bytes;
  PERSIST_TRY_ASSIGN(options.adopt, adopted(given));
  options.truncation_dir = text_or_empty(given.truncation_dir);
  if (given.temp_dir != nullptr) options.temp_dir = given.temp_dir;
  if (given.max_memory_bytes != 0) options.max_memory_bytes = given.max_memory_bytes;
  options.progress = progress.bytes();
  options.should_stop = progress.should_stop();
  return options;
}

Result<std::unique_ptr<persist_repair_plan>> make_plan(const char* directory,
                                                       const persist_repair_options& given) {
  auto made = std::make_unique<persist_repair_plan>(directory, given);
  made->paths = paths_of(given);
  PERSIST_TRY_ASSIGN(made->options, repair_options(given, made->progress));
  PERSIST_TRY(made->progress.start());
  FileSystem& files = posix_file_system();
  PERSIST_TRY_ASSIGN(made->plan,
                     plan_repair(files, database_files(directory, made->paths), made->options));
  PERSIST_TRY_ASSIGN(made->names, json::names_for(files, made->plan));
  return made;
}

persist_repair_summary summary_of(const RepairPlan& plan) {
  persist_repair_summary summary{};
  summary.needed = plan.asks_for_action() ? 1 : 0;
  summary.live = plan.live ? 1 : 0;
  summary.recovered_commits = plan.recovered_commits;
  summary.commits_behind_damage = plan.commits_behind_damage;
  summary.recovered_entries = plan.recovered_entries;
  summary.uncertain_commits = plan.uncertain_count;
  summary.lost_commits = plan.lost_commits;
  summary.lost_bytes = plan.lost_bytes;
  summary.live_keys = plan.live_keys;
  return summary;
}

json::Json json_of(const persist_repair_plan& handle, const RepairPlan& plan,
                   const RepairOutcome* outcome, const std::string& output) {
  return json::repair_json({plan, outcome, handle.directory, output, handle.names, true});
}

Result<RepairOutcome> carry_out(const persist_repair_plan& handle, const std::string& output) {
  FileSystem& files = posix_file_system();
  if (!output.empty()) {
    return write_repaired(files, handle.plan, handle.options,
                          database_files_of_copy(output, handle.paths));
  }
  return apply_repair(files, handle.plan, handle.options,
                      [&handle](const RepairPlan& plan, const RepairOutcome& outcome) {
                        return json::text_of(json_of(handle, plan, &outcome, {}), 2) + "\n";
                      });
}

}  // namespace
}  // namespace persist::c

using namespace persist;
using namespace persist::c;

persist_code persist_repair_plan_make(const char* directory, const persist_repair_options* options,
                                      persist_repair_plan** plan, persist_error** error) {
  if (plan != nullptr) *plan = nullptr;
  return guarded(error, [&]() -> Result<> {
    PERSIST_TRY(require(directory, "directory"));
    PERSIST_TRY(require(plan, "plan"));
    PERSIST_TRY_ASSIGN(const auto known, read_options(options, "options"));
    PERSIST_TRY_ASSIGN(auto made, make_plan(directory, known));
    *plan = made.release();
    return {};
  });
}

persist_code persist_repair_plan_summary(const persist_repair_plan* plan,
                                         persist_repair_summary* summary, persist_error** error) {
  return guarded(error, [&]() -> Result<> {
    PERSIST_TRY(require(summary, "summary"));
    PERSIST_TRY(check_size(*summary, "summary"));
    fill_result(*summary, persist_repair_summary{});
    PERSIST_TRY(require(plan, "plan"));
    fill_result(*summary, summary_of(plan->plan));
    return {};
  });
}

persist_code persist_repair_plan_json(const persist_repair_plan* plan, char** json,
                                      persist_error** error) {
  const TextResult text(json);
  return guarded(error, [&]() -> Result<> {
    PERSIST_TRY(require(plan, "plan"));
    PERSIST_TRY(require(json, "json"));
    text.set(json::text_of(json_of(*plan, plan->plan, nullptr, {})));
    return {};
  });
}

persist_code persist_repair_plan_apply(persist_repair_plan* plan, const char* output_directory,
                                       char** json, persist_error** error) {
  const TextResult text(json);
  return guarded(error, [&]() -> Result<> {
    PERSIST_TRY(require(plan, "plan"));
    const std::string output = text_or_empty(output_directory);
    if (output_directory != nullptr && output.empty()) return invalid("output_directory is empty");
    PERSIST_TRY(plan->progress.start());
    PERSIST_TRY_ASSIGN(const RepairOutcome outcome, carry_out(*plan, output));
    if (text.is_wanted()) text.set(json::text_of(json_of(*plan, plan->plan, &outcome, output)));
    return {};
  });
}

void persist_repair_plan_free(persist_repair_plan* plan) {
  delete plan;
}

persist_code persist_repair_undo(const char* directory, const persist_repair_options* options,
                                 char** originals, persist_error** error) {
  const TextResult text(originals);
  return guarded(error, [&]() -> Result<> {
    PERSIST_TRY(require(directory, "directory"));
    PERSIST_TRY_ASSIGN(const auto known, read_options(options, "options"));
    PERSIST_TRY_ASSIGN(
        const UndoOutcome outcome,
        undo_repair(posix_file_system(), database_files(directory, paths_of(known))));
    text.set(outcome.originals);
    return {};
  });
}
