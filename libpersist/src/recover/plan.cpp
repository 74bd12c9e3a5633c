#include <algorithm>
#include <limits>
#include <tuple>

#include "format_text.hpp"
#include "inspect/distinct_files.hpp"
#include "log/window.hpp"
#include "recover/file_identity.hpp"
#include "recover/leftover_check.hpp"
#include "recover/lineage.hpp"
#include "recover/planned_file.hpp"
#include "recover/rehearsal.hpp"
#include "recover/state_fingerprint.hpp"

namespace persist {
namespace recover {
namespace {

using OpenFile = std::unique_ptr<File>;

Result<OpenFile> open_and_identify(FileSystem& files, const std::string& path, FilePlan& plan,
                                   const RepairOptions& options) {
  plan.path = path;
  PERSIST_TRY_ASSIGN(OpenFile file, open_to_plan(files, path));
  if (!file) return file;
  PERSIST_TRY_ASSIGN(plan.identity, identify(*file, options));
  return file;
}

Result<bool> is_all_zeros(File* file) {
  if (file == nullptr) return true;
  log::Window window(*file, std::numeric_limits<std::uint64_t>::max());
  for (std::uint64_t offset = 0;;) {
    PERSIST_TRY_ASSIGN(const ByteView bytes, window.view(offset, 1));
    if (bytes.empty()) return true;
    if (bytes.find_first_not_of('\0') != ByteView::npos) return false;
    offset += bytes.size();
  }
}

// A damage makes two neighbours uncertain; a real log with more damage than this has a whole commit
// somewhere between.
constexpr std::uint64_t most_commits_of_a_hit_log = 4;

// Noise does not begin with records in a row: a short log does, however much of its end is torn.
constexpr std::size_t telling_records = 2;
bool begins_with_records(const RepairPlan& plan) {
  std::uint64_t end = 0;
  std::size_t records = 0;
  for (const CommitPlace& commit : plan.uncertain) {
    if (commit.file == FileKind::snapshot) continue;
    if (commit.offset != end) break;
    end += commit.length;
    records += commit.keys.size();
  }
  return records >= telling_records;
}

// Bytes, but nothing in them that this project knows: an empty database would be no repair of them.
// In noise a few bytes always look like a record; that alone is no log. A file of zeros was one.
Result<bool> is_unreadable(const RepairPlan& plan, const Survey& survey, File* log,
                           File* snapshot) {
  const bool nothing_is_certain =
      plan.recovered_commits == plan.uncertain_commits() && plan.recovered_entries == 0;
  const bool has_header = (survey.log && survey.log->summary.header_offset) ||
                          (survey.snapshot && survey.snapshot->summary.covered);
  const std::uint64_t size_bytes = plan.log.identity.size_bytes + plan.snapshot.identity.size_bytes;
  std::uint64_t damaged_bytes = 0;
  for (const Loss& loss : plan.lost) damaged_bytes += loss.length;
  const bool is_noise =
      damaged_bytes > size_bytes / 2 || plan.uncertain_commits() > most_commits_of_a_hit_log;
  if (!nothing_is_certain || has_header || !is_noise || begins_with_records(plan)) return false;
  for (File* file : {log, snapshot}) {
    PERSIST_TRY_ASSIGN(const bool zeros, is_all_zeros(file));
    if (!zeros) return true;
  }
  return false;
}

void settle_refused_versions(const Survey& survey, RepairPlan& plan) {
  if (!survey.snapshot) return;
  const std::uint64_t refused = survey.snapshot->refused(survey.rules.version_limit);
  if (refused == 0) return;
  plan.snapshot.rewrite = true;
  plan.lost_commits += refused;
  plan.snapshot.reasons.push_back(
      format_text("{} of its versions make the engine refuse it", refused));
}

// With a header it hides the log's commits up to `covered`. Without one it hides nothing, but what
// contradicts the log would be damage for ever.
bool can_distrust(const Survey& survey, bool is_contradicted) {
  if (!survey.snapshot || !survey.log || survey.log->summary.commits == 0) return false;
  const auto& covered = survey.snapshot->summary.covered;
  return covered ? survey.log->summary.min_version <= *covered : is_contradicted;
}

bool is_proven(const RepairPlan& plan, std::string_view code) {
  return std::ranges::any_of(plan.lineage, [&](const Finding& finding) {
    return finding.code == code && finding.severity == Severity::error;
  });
}

void settle_distrust(Survey& survey, const RepairOptions& options, RepairPlan& plan) {
  const bool is_contradicted = is_proven(plan, contradiction_code);
  plan.distrusts_snapshot = options.distrust_snapshot && can_distrust(survey, is_contradicted);
  plan.leaves_contradiction = is_contradicted && !plan.distrusts_snapshot;
  if (!plan.distrusts_snapshot && !is_proven(plan, incomplete_code)) return;
  survey.snapshot->is_distrusted = true;
  plan.snapshot.rewrite = true;
  plan.snapshot.reasons.push_back(
      format_text("it is not trusted to hold the log's commits up to version {}, so they count",
                  survey.snapshot->boundary()));
}

std::string plan_id(const RepairPlan& plan, const RepairOptions& options) {
  std::string text = "persist repair plan 1\n";
  for (const FilePlan* file : {&plan.log, &plan.snapshot}) {
    text += format_text("{} {} {}\n", file->identity.exists, file->identity.size_bytes,
                        file->identity.hash);
  }
  text += format_text("{} {}\n", options.strict, options.distrust_snapshot);
  for (const LeftoverCheck& check : plan.leftovers) {
    if (check.adopted) text += check.leftover.path + "\n";
  }
  return hash_of(text);
}

struct OpenDatabase {
  OpenFile log;
  OpenFile snapshot;
};

Result<std::shared_ptr<Survey>> survey_both(const OpenDatabase& open, const RepairOptions& options,
                                            RepairPlan& plan) {
  auto survey = std::make_shared<Survey>();
  if (open.snapshot) {
    PERSIST_TRY_ASSIGN(survey->snapshot, survey_snapshot(*open.snapshot, options, plan));
  }
  if (open.log) {
    PERSIST_TRY_ASSIGN(
        survey->log,
        survey_log(*open.log, options, survey->snapshot ? &*survey->snapshot : nullptr, plan));
  }
  survey->rules.strict = options.strict;
  survey->rules.version_limit =
      version_limit_of(survey->log ? &survey->log->summary : nullptr,
                       survey->snapshot ? &survey->snapshot->summary : nullptr);
  settle_refused_versions(*survey, plan);
  std::ranges::stable_sort(plan.lost, {}, [](const Loss& loss) {
    return std::tuple(loss.file == FileKind::log, loss.offset);
  });
  return survey;
}

// What the repaired files must hold, read from the damaged ones by another way than repair's.
Result<> expect_state(FileSystem& files, const OpenDatabase& open, const Survey& survey,
                      const RepairOptions& options, RepairPlan& plan) {
  const bool refuses = survey.snapshot && survey.snapshot->refused(survey.rules.version_limit) > 0;
  // Without a header what the log has counts in any case.
  const bool distrusts = survey.snapshot && survey.snapshot->is_distrusted &&
                         survey.snapshot->summary.covered.has_value();
  const bool can_tell = survey.adopted.empty() && !refuses && !distrusts;
  if (!can_tell) return {};
  PERSIST_TRY_ASSIGN(
      const StateIdentity state,
      identify_state(files, open.log.get(), open.snapshot.get(), survey.rules, options));
  plan.fingerprint = state.fingerprint;
  plan.live_keys = state.live_keys;
  return {};
}

Result<RepairPlan> plan_once(FileSystem& files, const DatabaseFiles& database,
                             const RepairOptions& options) {
  RepairPlan plan;
  plan.database = database;
  plan.snapshot.kind = FileKind::snapshot;
  PERSIST_TRY_ASSIGN(plan.live, is_live(files, database));
  OpenDatabase open;
  PERSIST_TRY_ASSIGN(open.log, open_and_identify(files, database.log, plan.log, options));
  PERSIST_TRY_ASSIGN(open.snapshot,
                     open_and_identify(files, database.snapshot, plan.snapshot, options));
  if (!open.log && !open.snapshot) return std::unexpected(no_database(database));
  PERSIST_TRY(refuse_one_file(open.log.get(), open.snapshot.get()));
  PERSIST_TRY_ASSIGN(const auto survey, survey_both(open, options, plan));
  PERSIST_TRY_ASSIGN(const bool unreadable,
                     is_unreadable(plan, *survey, open.log.get(), open.snapshot.get()));
  if (unreadable) {
    return fail(ErrorCode::not_a_database, database.directory,
                "nothing in its files can be read as commits or entries");
  }
  PERSIST_TRY(check_leftovers(files, open.log.get(), open.snapshot.get(), options, *survey, plan));
  PERSIST_TRY_ASSIGN(plan.lineage,
                     check_lineage(open.log.get(), open.snapshot.get(), *survey, options));
  settle_distrust(*survey, options, plan);
  PERSIST_TRY(expect_state(files, open, *survey, options, plan));
  plan.id = plan_id(plan, options);
  plan.survey = survey;
  return plan;
}

}  // namespace
}  // namespace recover

Result<RepairPlan> plan_repair(FileSystem& files, const DatabaseFiles& database,
                               const RepairOptions& options) {
  using namespace recover;
  PERSIST_TRY_ASSIGN(RepairPlan plan, plan_once(files, database, options));
  PERSIST_TRY_ASSIGN(const bool clean, will_be_clean(files, plan, options));
  if (clean) return plan;
  RepairOptions strict = options;
  strict.strict = true;
  PERSIST_TRY_ASSIGN(plan, plan_once(files, database, strict));
  plan.log.reasons.emplace_back(
      "commits that only look whole are left out, because with them it would not be a sound log");
  return plan;
}

Result<> check_limits(const RepairPlan& plan, const RepairOptions& options) {
  if (options.max_lost_commits && plan.lost_commits > *options.max_lost_commits) {
    return fail(ErrorCode::limit, plan.database.directory,
                format_text("at least {} commit{} would be lost, more than the {} permitted",
                            plan.lost_commits, plan.lost_commits == 1 ? "" : "s",
                            *options.max_lost_commits));
  }
  if (options.max_lost_bytes && plan.lost_bytes > *options.max_lost_bytes) {
    return fail(ErrorCode::limit, plan.database.directory,
                format_text("{} bytes would be lost, more than the {} permitted", plan.lost_bytes,
                            *options.max_lost_bytes));
  }
  return {};
}

}  // namespace persist
