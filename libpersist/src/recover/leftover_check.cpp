#include "recover/leftover_check.hpp"

#include <algorithm>
#include <filesystem>
#include <persist/state.hpp>
#include <tuple>

#include "format_text.hpp"
#include "inspect/leftover_cover.hpp"
#include "recover/leftover_comparison.hpp"

namespace persist::recover {
namespace {

// Whether the snapshot shows the effect of every record: a greater version, or a delete.
Result<bool> is_in_snapshot(const State& snapshot, std::span<const RecordView> records) {
  const std::optional<Version> covered = snapshot.summary().snapshot->covered;
  for (const RecordView& record : records) {
    PERSIST_TRY_ASSIGN(const auto found, snapshot.get(record.key));
    const bool shows = found ? found->version >= record.version
                             : !record.value.has_value() || (covered && record.version <= *covered);
    if (!shows) return false;
  }
  return true;
}

// Of those that are neither logs nor snapshots.
const char* note_on(LeftoverKind kind) {
  switch (kind) {
    case LeftoverKind::repair_originals:
      return "originals that an earlier repair kept";
    case LeftoverKind::torn_tail:
      return "what an open cut off the log's end";
    default:
      return "";
  }
}

class Checker {
 public:
  Checker(FileSystem& files, File* log, File* snapshot, const RepairOptions& options,
          Survey& survey, RepairPlan& plan)
      : files_(files),
        log_(log),
        snapshot_(snapshot),
        options_(options),
        survey_(survey),
        plan_(plan) {}

  Result<LeftoverCheck> check(const Leftover& leftover, bool is_wanted) {
    LeftoverCheck result;
    result.leftover = leftover;
    const bool is_log = leftover.kind == LeftoverKind::truncation_tail ||
                        leftover.kind == LeftoverKind::log_temporary;
    if (is_log) {
      PERSIST_TRY(check_log(leftover, is_wanted, result));
      return result;
    }
    if (is_wanted) return cannot_adopt(leftover, "it is no log");
    const bool is_snapshot = leftover.kind == LeftoverKind::snapshot_temporary;
    result.message = is_snapshot ? note_on_snapshot(leftover) : note_on(leftover.kind);
    return result;
  }

 private:
  static std::unexpected<Error> cannot_adopt(const Leftover& leftover, const char* why) {
    return fail(ErrorCode::invalid_argument, leftover.path,
                std::string("its commits cannot be adopted: ") + why);
  }

  [[nodiscard]] std::string note_on_snapshot(const Leftover& leftover) const {
    StateOptions state_options;
    state_options.max_memory_bytes = options_.max_memory_bytes / 2;
    state_options.temp_dir = options_.temp_dir;
    state_options.should_stop = options_.should_stop;
    const auto keys = count_keys_nowhere_else(files_, leftover, plan_.database, state_options);
    const std::string what = "a snapshot that was never finished: ";
    if (!keys) return what + "it cannot be compared with the database: " + keys.error().message;
    if (*keys == 0) return what + "the database has everything in it";
    return what +
           format_text("what it says of {} keys is nowhere else; 'persist dump' shows it", *keys);
  }

  Result<> check_log(const Leftover& leftover, bool is_wanted, LeftoverCheck& result) {
    Collector collector(survey_.rules, survey_.adopted.size() + 1, options_.max_memory_bytes / 8);
    const auto opened = collect(leftover, collector);
    if (!opened) {
      // A database is not to stay damaged for what lies beside it.
      if (is_wanted) return std::unexpected(opened.error());
      result.message = "cannot be read, and is passed over: " + opened.error().message;
      return {};
    }
    const std::unique_ptr<File>& file = *opened;
    if (!collector.is_complete) {
      result.message = "too large to be compared with the log within the memory limit";
      if (is_wanted) return cannot_adopt(leftover, "it is too large for the memory limit");
      return {};
    }
    std::vector<Candidate>& candidates = collector.candidates;
    std::ranges::sort(candidates, {}, [](const Candidate& item) {
      return std::tuple(item.place.version, item.place.offset);
    });
    Comparer comparer(survey_.rules, candidates, *file);
    if (log_ != nullptr) PERSIST_TRY(read_log(*log_, {}, comparer));
    PERSIST_TRY(comparer.finish());
    PERSIST_TRY(find_in_snapshot(*file, candidates));
    result.commits = candidates.size();
    result.commits_shared = comparer.shared;
    result.commits_nowhere_else =
        static_cast<std::uint64_t>(std::ranges::count(candidates, false, &Candidate::is_known));
    result.message = describe(result, comparer);
    const char* const obstacle = obstacle_to(comparer);
    result.can_adopt = result.commits_nowhere_else > 0 && obstacle == nullptr;
    if (!is_wanted) return {};
    if (obstacle != nullptr) return cannot_adopt(leftover, obstacle);
    adopt(leftover, candidates, comparer.cut);
    result.adopted = true;
    return {};
  }

  // Why the log cannot take the commits that it lacks; null when it can.
  [[nodiscard]] const char* obstacle_to(const Comparer& comparer) const {
    if (!survey_.log) return "there is no log that they could be added to";
    if (comparer.conflicts > 0) return "the log has other commits of the same versions";
    if (!survey_.log->late) {
      return "the log has too many commits out of order to be sorted within the "
             "memory limit";
    }
    return nullptr;
  }

  Result<std::unique_ptr<File>> collect(const Leftover& leftover, Collector& collector) {
    PERSIST_TRY_ASSIGN(auto file, files_.open(leftover.path, OpenMode::read));
    PERSIST_TRY(read_log(*file, {}, collector));
    return file;
  }

  Result<> find_in_snapshot(File& leftover, std::vector<Candidate>& candidates) {
    const auto is_unknown = [](const Candidate& item) { return !item.is_known; };
    if (snapshot_ == nullptr || std::ranges::none_of(candidates, is_unknown)) return {};
    if (!snapshot_state_) {
      StateOptions state_options;
      state_options.max_memory_bytes = options_.max_memory_bytes / 2;
      state_options.temp_dir = options_.temp_dir;
      state_options.should_stop = options_.should_stop;
      PERSIST_TRY_ASSIGN(snapshot_state_, State::load(files_, nullptr, snapshot_, state_options));
    }
    File* const source = &leftover;
    CommitFetcher fetcher(std::span(&source, 1));
    for (Candidate& candidate : candidates) {
      if (candidate.is_known) continue;
      LateCommit place = candidate.place;
      place.source = 0;
      PERSIST_TRY_ASSIGN(const auto records, fetcher.fetch(place));
      PERSIST_TRY_ASSIGN(candidate.is_known, is_in_snapshot(*snapshot_state_, records));
    }
    return {};
  }

  static std::string describe(const LeftoverCheck& check, const Comparer& comparer) {
    if (check.commits_nowhere_else == 0) {
      return format_text("all of its {} commits are in the database", check.commits);
    }
    std::string text =
        format_text("holds {} commits that nothing else has", check.commits_nowhere_else);
    if (comparer.conflicts > 0) {
      return text + format_text(
                        ", but the log has {} other commits of the same versions: it went "
                        "on without them",
                        comparer.conflicts);
    }
    if (check.commits_shared == 0 && !comparer.cut.empty()) {
      return text + "; the log ends in the beginning of one, so it is this database's";
    }
    return text + (check.commits_shared > 0
                       ? format_text("; {} others are in the log, so it is this database's",
                                     check.commits_shared)
                       : "; nothing proves that it is this database's");
  }

  void adopt(const Leftover& leftover, const std::vector<Candidate>& candidates,
             std::span<const CutCommit> cut) {
    survey_.adopted.push_back(leftover.path);
    std::vector<LateCommit>& late = *survey_.log->late;
    for (const Candidate& candidate : candidates) {
      if (candidate.is_known) continue;
      late.push_back(candidate.place);
      plan_.recovered_records += candidate.records;
    }
    for (const CutCommit& commit : cut) {
      // In the snapshot already: then the log's part of it changes nothing.
      if (commit.whole->is_known) continue;
      leave_out(commit.part);
      std::erase_if(late, [&](const LateCommit& item) {
        return item.source == 0 && item.offset == commit.part.offset;
      });
    }
    sort_late(late);
  }

  // The whole commit takes the place of this part of it.
  void leave_out(const PlacedCommit& part) {
    if (!survey_.log->superseded.insert(part.offset).second) return;
    --plan_.recovered_commits;
    plan_.recovered_records -= part.records;
    if (part.trust != Trust::uncertain) return;
    --plan_.uncertain_count;
    std::erase_if(plan_.uncertain, [&](const CommitPlace& place) {
      return place.file == FileKind::log && place.offset == part.offset;
    });
  }

  FileSystem& files_;
  File* log_;
  File* snapshot_;
  const RepairOptions& options_;
  Survey& survey_;
  RepairPlan& plan_;
  std::optional<State> snapshot_state_;
};

// The leftovers that are to be adopted: a file has many names, so it is known by what it is.
Result<std::vector<const Leftover*>> find_wanted(FileSystem& files, const RepairOptions& options,
                                                 const std::vector<Leftover>& found) {
  std::vector<const Leftover*> wanted;
  for (const std::string& path : options.adopt) {
    PERSIST_TRY_ASSIGN(const auto info, info_if_there(files, path));
    const auto is_it = [&](const Leftover& leftover) {
      const auto other = files.info(leftover.path);
      return info && other && info->is_same_file(*other);
    };
    const auto at = std::ranges::find_if(found, is_it);
    if (at == found.end()) {
      return fail(ErrorCode::invalid_argument, path, "it is no leftover of this database",
                  "the plan lists those that are");
    }
    wanted.push_back(&*at);
  }
  return wanted;
}

}  // namespace

Result<> check_leftovers(FileSystem& files, File* log, File* snapshot, const RepairOptions& options,
                         Survey& survey, RepairPlan& plan) {
  PERSIST_TRY_ASSIGN(const std::vector<Leftover> found,
                     find_leftovers(files, plan.database, options.truncation_dir));
  PERSIST_TRY_ASSIGN(const auto wanted, find_wanted(files, options, found));
  if (!options.adopt.empty() && log == nullptr) {
    return fail(ErrorCode::invalid_argument, plan.database.log,
                "there is no log that commits could be added to", "create an empty one");
  }
  Checker checker(files, log, snapshot, options, survey, plan);
  for (const Leftover& leftover : found) {
    const bool is_wanted = std::ranges::find(wanted, &leftover) != wanted.end();
    PERSIST_TRY_ASSIGN(LeftoverCheck check, checker.check(leftover, is_wanted));
    if (check.adopted) {
      plan.log.rewrite = true;
      plan.recovered_commits += check.commits_nowhere_else;
      plan.log.reasons.push_back(
          format_text("{} commits of {} are added", check.commits_nowhere_else,
                      std::filesystem::path(leftover.path).filename().string()));
    }
    plan.leftovers.push_back(std::move(check));
  }
  return {};
}

}  // namespace persist::recover
