#include "rewrite/source.hpp"

#include <algorithm>
#include <persist/lineage.hpp>

#include "inspect/distinct_files.hpp"
#include "inspect/findings.hpp"
#include "platform/permissions.hpp"

namespace persist::rewrite {
namespace {

// Watches a log on its way into the state.
class LogWatch {
 public:
  explicit LogWatch(const SourceOptions& options) : options_(options) {
    if (options.check_lineage) lineage_.emplace(options.max_memory_bytes / 8);
  }

  void begin(const SnapshotSummary& snapshot) {
    if (lineage_) lineage_->begin(snapshot);
  }
  bool keep(const Commit& commit) {
    if (options_.keep_commit && !options_.keep_commit(commit)) return false;
    if (lineage_) lineage_->add(commit);
    ++facts_.commits;
    if (commit.version < facts_.max_version) facts_.in_version_order = false;
    if (commit.version > facts_.max_version) {
      facts_.max_version = commit.version;
      const auto deleted = std::ranges::find_if(
          commit.records, [](const RecordView& record) { return !record.value; });
      facts_.deleted_key.reset();
      if (deleted != commit.records.end()) facts_.deleted_key = deleted->key;
    }
    spacing_.add(commit.version);
    return true;
  }
  [[nodiscard]] const LogFacts& facts() const noexcept { return facts_; }
  // Versions that grow by one at a time are no clock, however great they are.
  [[nodiscard]] bool is_counter() const noexcept { return spacing_.is_counter(); }

  // What the snapshot makes suspicious. Error `damaged` when it cannot be this log's, or when what
  // it may hide would be lost for good.
  [[nodiscard]] Result<std::vector<Finding>> judge_lineage(const SourceFiles& source,
                                                           const LogSummary& log,
                                                           bool trusts_snapshot) {
    std::vector<Finding> findings;
    if (!lineage_) return findings;
    if (source.snapshot != nullptr) {
      PERSIST_TRY_ASSIGN(findings, lineage_->compare(*source.snapshot, false));
    }
    for (const Finding& finding : findings) {
      const bool is_proof = finding.severity == Severity::error;
      const bool would_be_lost =
          options_.in_place && !trusts_snapshot && finding.code == unheld_code;
      if (!is_proof && !would_be_lost) continue;
      return fail_at(ErrorCode::damaged, source.log->path(), finding.offset, finding.message,
                     is_proof ? "'persist repair' says what can be done; nothing was changed"
                              : "'persist repair' shows what they are; --trust-snapshot gives them "
                                "up; nothing was changed");
    }
    // A log alone may have been given without its snapshot.
    if (options_.in_place || source.snapshot != nullptr) {
      std::ranges::move(lineage_->find_gaps(log, source.log_end_offset.has_value()),
                        std::back_inserter(findings));
    }
    return findings;
  }

 private:
  const SourceOptions& options_;
  std::optional<LineageCheck> lineage_;
  LogFacts facts_;
  store::VersionSpacing spacing_;
};

class LogWatchSink final : public LogSink {
 public:
  explicit LogWatchSink(LogWatch& watch) : watch_(watch) {}
  bool on_commit(const Commit& commit) override {
    if (commit.trust != Trust::partial) watch_.keep(commit);
    return true;
  }
  bool on_damage(const Damage&) override { return true; }

 private:
  LogWatch& watch_;
};

// Damage as it is met: a torn tail is remembered, the first of all else refuses the whole.
class DamageJudge {
 public:
  DamageJudge(const SourceFiles& source, const SourceOptions& options)
      : source_(source), options_(options) {}

  void judge(const std::string& path, const Damage& damage) {
    const bool in_log = source_.log != nullptr && path == source_.log->path();
    if (in_log && options_.log_until_offset && damage.offset >= *options_.log_until_offset) return;
    const std::uint64_t end = damage.offset + damage.length;
    if (in_log && damage.is_torn_tail) {
      if (source_.log_end_offset && end >= *source_.log_end_offset) return;
      torn_tail_ = TornTail{path, damage.offset, damage.length, damage.message, damage.code};
      return;
    }
    if (refusal_) return;
    refusal_ = needs_repair(path, damage.offset, damage.message);
  }
  [[nodiscard]] const std::optional<Error>& refusal() const noexcept { return refusal_; }
  [[nodiscard]] const std::optional<TornTail>& torn_tail() const noexcept { return torn_tail_; }

 private:
  const SourceFiles& source_;
  const SourceOptions& options_;
  std::optional<Error> refusal_;
  std::optional<TornTail> torn_tail_;
};

Result<std::optional<FileInfo>> info_of(File* file) {
  if (file == nullptr) return std::nullopt;
  PERSIST_TRY_ASSIGN(const FileInfo info, file->info());
  return info;
}

Result<std::uint64_t> size_of(File* file) {
  PERSIST_TRY_ASSIGN(const auto info, info_of(file));
  return info ? info->size_bytes : 0;
}

}  // namespace

Version Source::snapshot_boundary() const noexcept {
  const auto& snapshot = state.summary().snapshot;
  return snapshot ? snapshot->covered.value_or(snapshot->max_version) : 0;
}

Result<LogFacts> read_log_facts(const SourceFiles& source) {
  if (source.log == nullptr) return LogFacts{};
  const SourceOptions options;
  LogWatch watch(options);
  LogWatchSink sink(watch);
  LogReadOptions read_options;
  read_options.end_offset = source.log_end_offset;
  PERSIST_TRY(read_log(*source.log, read_options, sink));
  return watch.facts();
}

Error needs_repair(const std::string& path, std::uint64_t offset, const std::string& message) {
  return {ErrorCode::damaged,
          message,
          path,
          offset,
          "'persist repair' brings back what is whole; nothing was changed",
          0};
}

Result<> refuse_unreadable(const std::optional<TornTail>& torn_tail, const LogSummary& log,
                           const std::optional<SnapshotSummary>& snapshot) {
  if (!torn_tail || !must_follow_something(name_of(torn_tail->code))) return {};
  if (has_anything_sound(log, snapshot)) return {};
  return std::unexpected(needs_repair(torn_tail->path, torn_tail->offset, torn_tail->message));
}

Result<std::optional<FileInfo>> permissions_of(const SourceFiles& source) {
  PERSIST_TRY_ASSIGN(const auto log, info_of(source.log));
  PERSIST_TRY_ASSIGN(const auto snapshot, info_of(source.snapshot));
  return platform::as_private_as(log, snapshot);
}

Result<Source> load_source(FileSystem& files, const SourceFiles& source,
                           const SourceOptions& source_options, const RewriteOptions& options) {
  LogWatch watch(source_options);
  DamageJudge judge(source, source_options);
  StateOptions state_options;
  if (source_options.at) state_options.at = source_options.at->version;
  state_options.history = source_options.history;
  state_options.max_memory_bytes = source_options.max_memory_bytes;
  state_options.temp_dir = options.temp_dir;
  state_options.log_end_offset = source.log_end_offset;
  state_options.on_snapshot = [&](const SnapshotSummary& summary) { watch.begin(summary); };
  state_options.keep_commit = [&](const Commit& commit) { return watch.keep(commit); };
  state_options.on_damage = [&](const std::string& path, const Damage& damage) {
    judge.judge(path, damage);
  };
  state_options.progress = options.progress;
  state_options.should_stop = options.should_stop;
  PERSIST_TRY(refuse_one_file(source.log, source.snapshot));
  FileSizes sizes;
  PERSIST_TRY_ASSIGN(sizes.log_bytes, size_of(source.log));
  PERSIST_TRY_ASSIGN(sizes.snapshot_bytes, size_of(source.snapshot));
  PERSIST_TRY_ASSIGN(State state, State::load(files, source.log, source.snapshot, state_options));
  if (judge.refusal()) return std::unexpected(*judge.refusal());
  const StateSummary& summary = state.summary();
  std::vector<Finding> suspicions;
  if (summary.log) {
    PERSIST_TRY_ASSIGN(suspicions,
                       watch.judge_lineage(source, *summary.log, options.trust_snapshot));
    PERSIST_TRY(refuse_unreadable(judge.torn_tail(), *summary.log, summary.snapshot));
  }
  if (source_options.at) {
    const File* const file = source.log != nullptr ? source.log : source.snapshot;
    PERSIST_TRY(check_instant(*source_options.at, summary.max_version,
                              file != nullptr ? file->path() : std::string()));
  }
  ReleaseLine line = release_line_of(summary);
  if (line == ReleaseLine::v0_18 && !summary.snapshot && watch.is_counter()) {
    line = ReleaseLine::v0_27;
  }
  return Source{std::move(state),  watch.facts(), line,
                judge.torn_tail(), sizes,         std::move(suspicions)};
}

Result<OpenFiles> open_files(FileSystem& files, const DatabaseFiles& database) {
  OpenFiles open;
  PERSIST_TRY_ASSIGN(open.log, open_if_there(files, database.log));
  PERSIST_TRY_ASSIGN(open.snapshot, open_if_there(files, database.snapshot));
  if (!open.log && !open.snapshot) return std::unexpected(no_database(database));
  return open;
}

}  // namespace persist::rewrite

namespace persist {

Result<> check_instant(const PointInTime& at, Version version, const std::string& path) {
  if (!at.is_instant || version == 0 || is_clock_version(version)) return {};
  return fail(
      ErrorCode::invalid_argument, path,
      "a time was given, but versions are counted here (one is " + std::to_string(version) + ")",
      "give a version; 'persist log' lists them");
}

ReleaseLine release_line_of(const StateSummary& summary) noexcept {
  const auto has = [&](LogFormat format) {
    return summary.log &&
           std::ranges::find(summary.log->formats, format) != summary.log->formats.end();
  };
  if (has(LogFormat::framed_2)) return ReleaseLine::v1_1;
  if (summary.snapshot && summary.snapshot->covered) return ReleaseLine::v1_1;
  if (has(LogFormat::framed_1)) return ReleaseLine::v1_0;
  if (summary.snapshot && summary.snapshot->holds_history) return ReleaseLine::v0_18;
  // An empty database is anybody's; the oldest line's files are read by all.
  if (summary.max_version == 0 || is_clock_version(summary.max_version)) return ReleaseLine::v0_18;
  return ReleaseLine::v0_27;
}

}  // namespace persist
