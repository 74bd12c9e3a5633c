#include "engine/open_files.hpp"

#include <algorithm>
#include <persist/lineage.hpp>
#include <persist/log_builder.hpp>
#include <persist/state.hpp>
#include <utility>

#include "engine/load_store.hpp"
#include "engine/log_judge.hpp"
#include "engine/log_upgrade.hpp"
#include "engine/version_clock.hpp"
#include "inspect/leftover_cover.hpp"
#include "platform/paths.hpp"

namespace persist::engine {
namespace {

// A clock counts nanoseconds in 63 bits: what is added to it must not reach beyond.
Result<> check_interval(std::chrono::milliseconds interval) {
  constexpr std::chrono::years longest{100};
  if (interval.count() > 0 && interval <= longest) return {};
  return fail(ErrorCode::invalid_argument, {},
              "an interval must be longer than 0 and at most 100 years");
}

Result<> check_options(const Options& options) {
  if (options.fsync_mode == FsyncMode::interval) {
    PERSIST_TRY(check_interval(options.fsync_interval));
  }
  if (options.snapshot_mode == SnapshotMode::interval) {
    PERSIST_TRY(check_interval(options.snapshot_interval));
  }
  return {};
}

// Whether a leftover lies where a rewrite of that file puts its temporaries: beside its name, or
// beside what the name links to.
Result<bool> lies_beside(FileSystem& files, const std::string& leftover, const std::string& file) {
  PERSIST_TRY_ASSIGN(const std::string resolved, files.resolve(file));
  const std::string directory = platform::parent_of(leftover);
  return directory == platform::parent_of(file) || directory == platform::parent_of(resolved);
}

// What an interrupted rewrite left is not needed while the file it was to replace is there and
// whole: a log that holds what the database lacks stays, for `persist repair`. The older releases'
// leftovers stay: a truncation tail may be the only copy of the log's end.
Result<> remove_temporaries(FileSystem& files, const DatabaseFiles& paths) {
  PERSIST_TRY_ASSIGN(const auto leftovers, find_leftovers(files, paths, {}));
  for (const Leftover& leftover : leftovers) {
    if (!leftover.is_numbered) continue;
    const bool is_of_log = leftover.kind == LeftoverKind::log_temporary;
    const std::string& file = is_of_log ? paths.log : paths.snapshot;
    PERSIST_TRY_ASSIGN(const bool is_ours, lies_beside(files, leftover.path, file));
    // A snapshot that was not finished has nothing that was promised to anybody.
    if (!is_ours || (leftover.is_log && !is_covered(files, leftover, paths, {}))) continue;
    PERSIST_TRY(files.remove(leftover.path));
  }
  return {};
}

// A log that is not there is created once nothing else can refuse the database.
Result<std::unique_ptr<File>> open_log(FileSystem& files, const DatabaseFiles& paths,
                                       const Options& options) {
  const bool writes = options.aol_mode != AolMode::never;
  return open_if_there(files, paths.log, writes ? OpenMode::read_write : OpenMode::read);
}

bool has_format(const LogSummary& log, LogFormat format) {
  return std::ranges::find(log.formats, format) != log.formats.end();
}

Result<> refuse_newer_files(const StateSummary& summary, const DatabaseFiles& paths,
                            ReleaseLine line) {
  const LogFormat ours = log_format_of(line);
  const bool is_newer_log =
      summary.log &&
      ((ours != LogFormat::framed_2 && has_format(*summary.log, LogFormat::framed_2)) ||
       (ours == LogFormat::legacy && has_format(*summary.log, LogFormat::framed_1)));
  const bool is_newer_snapshot =
      summary.snapshot && summary.snapshot->covered && !snapshot_has_header(line);
  if (!is_newer_log && !is_newer_snapshot) return {};
  const std::string name(name_of(line));
  return fail(ErrorCode::newer_format, is_newer_log ? paths.log : paths.snapshot,
              "it was written by a newer release line than " + name,
              "run `persist convert --to " + name + "`, or open it with its own line");
}

Result<> refuse_damaged_snapshot(const StateSummary& summary, const DatabaseFiles& paths) {
  if (!summary.snapshot || summary.snapshot->is_complete) return {};
  return fail(ErrorCode::damaged, paths.snapshot,
              "the snapshot is damaged: what it held may be nowhere else",
              "run `persist repair` on the database");
}

Result<> refuse_high_version(const StateSummary& summary, const DatabaseFiles& paths,
                             ReleaseLine line) {
  if (summary.max_version < version_limit(line)) return {};
  return fail(ErrorCode::limit, paths.directory,
              "version " + std::to_string(summary.max_version) + " is above what line " +
                  std::string(name_of(line)) + " takes");
}

// Makes the log one that can be appended to, and says how.
Result<LogFile::Opened> make_ready(FileSystem& files, std::unique_ptr<File> log,
                                   const LogSummary& summary, const Options& options) {
  LogFile::Opened opened;
  opened.path = log->path();
  opened.format = log_format_of(options.release_line);
  opened.has_header = summary.header_offset.has_value();
  opened.position.end_offset = summary.size_bytes;
  opened.file = std::move(log);
  if (has_format(summary, LogFormat::framed_1) && opened.format == LogFormat::framed_2) {
    PERSIST_TRY(upgrade_log(files, *opened.file, summary));
    PERSIST_TRY_ASSIGN(opened.file, files.open(opened.path, OpenMode::read_write));
    PERSIST_TRY_ASSIGN(const FileInfo upgraded, opened.file->info());
    opened.position.end_offset = upgraded.size_bytes;
  }
  if (opened.position.end_offset == 0 && opened.format != LogFormat::legacy) {
    PERSIST_TRY_ASSIGN(opened.position.end_offset, write_new_header(*opened.file, opened.format));
    opened.has_header = true;
  }
  // The file may be of a run that never synced it; frames to come will say that it is.
  PERSIST_TRY(opened.file->sync());
  PERSIST_TRY_ASSIGN(const std::string resolved, files.resolve(opened.path));
  PERSIST_TRY(files.sync_directory(platform::parent_of(resolved)));
  PERSIST_TRY_ASSIGN(opened.identity, opened.file->info());
  return opened;
}

Result<State> load_state(FileSystem& files, File* log, File* snapshot, const Options& options,
                         LineageCheck& lineage, std::optional<std::uint64_t> log_end) {
  StateOptions wanted;
  wanted.history = keeps_history(options);
  wanted.max_memory_bytes = std::numeric_limits<std::uint64_t>::max();
  wanted.log_end_offset = log_end;
  // One without a header hides nothing of the log.
  wanted.on_snapshot = [&lineage](const SnapshotSummary& summary) {
    if (summary.covered) lineage.begin(summary);
  };
  wanted.keep_commit = [&lineage](const Commit& commit) {
    lineage.add(commit);
    return true;
  };
  return State::load(files, log, snapshot, wanted);
}

Result<> refuse_contradiction(LineageCheck& lineage, const File* log, File* snapshot) {
  if (log == nullptr || snapshot == nullptr) return {};
  return persist::refuse_contradiction(lineage, log->path(), *snapshot,
                                       "run `persist repair` on the database");
}

// Reads both files, and cuts a torn tail off when the log may be written.
Result<State> load_sound_state(FileSystem& files, File* log, File* snapshot,
                               const DatabaseFiles& paths, const Options& options) {
  LineageCheck lineage;
  auto state = load_state(files, log, snapshot, options, lineage, std::nullopt);
  if (!state) return state;
  PERSIST_TRY(refuse_newer_files(state->summary(), paths, options.release_line));
  PERSIST_TRY(refuse_damaged_snapshot(state->summary(), paths));
  if (!state->summary().was_damaged || log == nullptr) {
    PERSIST_TRY(refuse_contradiction(lineage, log, snapshot));
    return state;
  }
  state = fail(ErrorCode::io, {}, {});  // gives its memory back before it is needed again
  lineage = LineageCheck();
  PERSIST_TRY_ASSIGN(const std::uint64_t sound_bytes, judge_log(*log));
  state = load_state(files, log, snapshot, options, lineage, sound_bytes);
  if (!state) return state;
  PERSIST_TRY(refuse_high_version(state->summary(), paths, options.release_line));
  PERSIST_TRY(refuse_contradiction(lineage, log, snapshot));
  if (options.aol_mode != AolMode::never) PERSIST_TRY(cut_torn_tail(files, *log, sound_bytes));
  return state;
}

}  // namespace

Result<OpenedFiles> open_files(FileSystem& files, const std::string& directory,
                               const Options& options, OrderedStore& store, ChangeLog& changes) {
  PERSIST_TRY(check_options(options));
  OpenedFiles opened;
  PERSIST_TRY(files.create_directories(directory));
  // The same directory for as long as it is open, whatever the process's working directory becomes.
  PERSIST_TRY_ASSIGN(const std::string resolved, files.resolve(directory));
  opened.paths = database_files(resolved, options.paths);
  if (options.aol_mode != AolMode::never) {
    PERSIST_TRY(files.create_directories(platform::parent_of(opened.paths.log)));
  }
  PERSIST_TRY(files.create_directories(platform::parent_of(opened.paths.snapshot)));
  PERSIST_TRY_ASSIGN(opened.sole_use, SoleUse::take(files, opened.paths));
  PERSIST_TRY(remove_temporaries(files, opened.paths));
  PERSIST_TRY_ASSIGN(auto log, open_log(files, opened.paths, options));
  PERSIST_TRY(opened.sole_use->confirm());
  PERSIST_TRY_ASSIGN(const auto snapshot, open_if_there(files, opened.paths.snapshot));
  if (snapshot) {
    PERSIST_TRY_ASSIGN(opened.snapshot, snapshot->info());
  }
  PERSIST_TRY_ASSIGN(const State state,
                     load_sound_state(files, log.get(), snapshot.get(), opened.paths, options));
  const StateSummary& summary = state.summary();
  PERSIST_TRY(refuse_high_version(summary, opened.paths, options.release_line));
  opened.newest = summary.max_version;
  opened.oldest_readable =
      std::max(history_begins_at(summary),
               opened.newest - std::min(opened.newest, options.history_versions));
  opened.has_snapshot = summary.snapshot && summary.snapshot->size_bytes != 0 &&
                        (!summary.log || summary.log->commits == 0);
  PERSIST_TRY(load_store(state, store, changes));
  if (options.aol_mode == AolMode::never) {
    opened.log_lies_unused = summary.log && summary.log->commits > 0;
    return opened;
  }
  if (!log) {
    PERSIST_TRY_ASSIGN(log, files.open(opened.paths.log, OpenMode::open_or_create));
    PERSIST_TRY(opened.sole_use->confirm());
  }
  PERSIST_TRY_ASSIGN(
      opened.log, make_ready(files, std::move(log), summary.log.value_or(LogSummary{}), options));
  opened.log->position.version = opened.newest;
  return opened;
}

}  // namespace persist::engine
