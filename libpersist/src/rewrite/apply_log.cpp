#include <persist/replay.hpp>

#include "rewrite/appender.hpp"
#include "rewrite/selection.hpp"
#include "rewrite/version_order.hpp"
#include "rewrite/whole_snapshot.hpp"

namespace persist {
namespace {

using rewrite::AppendBase;
using rewrite::Appender;
using rewrite::SoleWriter;
using rewrite::Source;

// Gathers the commits that are to be applied.
class CommitSink final : public LogSink {
 public:
  CommitSink(rewrite::VersionOrder& order, const SourceFiles& source, const ReplayOptions& options)
      : selection_(options), order_(order), source_(source), options_(options) {}

  bool on_commit(const Commit& commit) override {
    if (commit.trust == Trust::partial || !selection_.admits(commit)) return true;
    for (const RecordView& record : commit.records) {
      status_ = order_.add(record.key, {record.version, record.value});
      if (!status_) return false;
    }
    return !options_.should_stop || !options_.should_stop();
  }
  // A torn tail is no commit; what lies behind the point is nobody's business.
  bool on_damage(const Damage& damage) override {
    if (options_.until_offset && damage.offset >= *options_.until_offset) return true;
    if (damage.is_torn_tail) {
      const bool is_live_end = source_.log_end_offset.has_value();  // where its writer was
      if (!is_live_end) {
        torn_tail_ = {source_.log->path(), damage.offset, damage.length, damage.message,
                      damage.code};
      }
      return true;
    }
    status_ =
        std::unexpected(rewrite::needs_repair(source_.log->path(), damage.offset, damage.message));
    return false;
  }
  [[nodiscard]] Result<> finish() const {
    PERSIST_TRY(rewrite::stop_if_asked(options_));
    PERSIST_TRY(Result<>(status_));
    return selection_.check(0, source_.log->path());
  }
  [[nodiscard]] const std::optional<TornTail>& torn_tail() const noexcept { return torn_tail_; }

 private:
  rewrite::Selection selection_;
  rewrite::VersionOrder& order_;
  const SourceFiles& source_;
  const ReplayOptions& options_;
  Result<> status_;
  std::optional<TornTail> torn_tail_;
};

// In the files, those that others override too.
std::uint64_t versions_in(const Source& source) {
  const StateSummary& summary = source.state.summary();
  return (summary.log ? summary.log->records : 0) +
         (summary.snapshot ? summary.snapshot->versions : 0);
}

// Returns what the log ends in when it is no commit.
Result<std::optional<TornTail>> gather(const SourceFiles& source, rewrite::VersionOrder& order,
                                       const ReplayOptions& options) {
  CommitSink sink(order, source, options);
  LogReadOptions read_options;
  read_options.end_offset = source.log_end_offset;
  read_options.progress = options.progress;
  PERSIST_TRY_ASSIGN(const LogSummary summary, read_log(*source.log, read_options, sink));
  PERSIST_TRY(sink.finish());
  PERSIST_TRY(rewrite::refuse_unreadable(sink.torn_tail(), summary, {}));
  if (options.until) {
    PERSIST_TRY(check_instant(*options.until, summary.max_version, source.log->path()));
  }
  if (options.after_reading) PERSIST_TRY(options.after_reading());
  return sink.torn_tail();
}

class Application {
 public:
  Application(SoleWriter& sole, const ReplayOptions& options) : sole_(sole), options_(options) {}

  Result<RewriteReport> run(const SourceFiles& source);

 private:
  Result<> read_base();
  Result<> write(const SourceFiles& source);
  Result<Source> load(File* log, std::function<bool(const Commit&)> keep_commit,
                      bool check_lineage = false);
  Result<> prove(const Appender& appender);
  Result<> describe(File& log);
  Result<> refuse_itself(const SourceFiles& source);

  SoleWriter& sole_;
  const ReplayOptions& options_;
  rewrite::OpenFiles open_;
  AppendBase base_;
  rewrite::Digest old_;
  rewrite::NewFiles fresh_;
  RewriteReport report_;
};

Result<RewriteReport> Application::run(const SourceFiles& source) {
  PERSIST_TRY(refuse_itself(source));
  PERSIST_TRY(read_base());
  if (report_.unwritten == Unwritten::none) PERSIST_TRY(write(source));
  if (report_.unwritten != Unwritten::none) return report_;
  PERSIST_TRY(rewrite::stop_if_asked(options_));
  PERSIST_TRY(swap_in(sole_, fresh_, rewrite::SwapOrder::log_first));
  return report_;
}

Result<> Application::refuse_itself(const SourceFiles& source) {
  PERSIST_TRY_ASSIGN(const FileInfo info, source.log->info());
  if (!sole_.log() || !info.is_same_file(*sole_.log())) return {};
  return fail(ErrorCode::invalid_argument, sole_.database().log,
              "a log cannot be applied to its own database");
}

Result<> Application::read_base() {
  PERSIST_TRY_ASSIGN(open_, rewrite::open_files(sole_.files(), sole_.database()));
  PERSIST_TRY_ASSIGN(const Source source, load(open_.log.get(), {}, true));
  PERSIST_TRY_ASSIGN(const rewrite::Survey surveyed,
                     rewrite::survey(rewrite::all_keys(source.state)));
  base_ = append_base_of(source);
  base_.log_path = sole_.database().log;
  old_ = surveyed.digest;
  report_ = report_of(source, old_);
  report_.versions = versions_in(source);
  if (source.torn_tail) report_.unwritten = Unwritten::torn_tail;
  return {};
}

Result<> Application::write(const SourceFiles& source) {
  rewrite::VersionOrder order(sole_.files(), options_, options_.max_memory_bytes / 2);
  PERSIST_TRY_ASSIGN(report_.torn_tail, gather(source, order, options_));
  LogBuilder::Output output;
  std::unique_ptr<File> trial;  // what a dry run reads its numbers from
  std::uint64_t trial_bytes = 0;
  if (options_.dry_run) {
    report_.unwritten = Unwritten::dry_run;
    PERSIST_TRY_ASSIGN(trial, sole_.files().create_temporary(options_.temp_dir));
    output = [&trial, &trial_bytes](ByteView bytes) -> Result<> {
      PERSIST_TRY(trial->write_at(trial_bytes, bytes));
      trial_bytes += bytes.size();
      return {};
    };
  } else {
    PERSIST_TRY(rewrite::check_space(sole_.files(), sole_.database().log, base_.log_bytes));
    PERSIST_TRY_ASSIGN(fresh_.log, create_replacement(sole_, sole_.database().log, "new"));
    output = [this](ByteView bytes) { return fresh_.log->append(bytes); };
  }
  Appender appender(base_, output);
  PERSIST_TRY(appender.copy(open_.log.get(), options_));
  PERSIST_TRY(order.for_each_commit(
      [&](std::span<const RecordView> records) { return appender.append(records); }));
  report_.applied = {appender.commits(), appender.first_version(), appender.last_version()};
  report_.after.log_bytes = appender.size_bytes();
  report_.clock = appender.last_version();
  if (trial) return describe(*trial);
  PERSIST_TRY(fresh_.log->sync());
  return prove(appender);
}

Result<Source> Application::load(File* log, std::function<bool(const Commit&)> keep_commit,
                                 bool check_lineage) {
  rewrite::SourceOptions source_options;
  source_options.check_lineage = check_lineage;
  source_options.keep_commit = std::move(keep_commit);
  source_options.max_memory_bytes = options_.max_memory_bytes / 2;
  return load_source(sole_.files(), {log, open_.snapshot.get(), {}}, source_options, options_);
}

// The old part means what it meant, the new part is what was written, and there is nothing else.
Result<> Application::prove(const Appender& appender) {
  rewrite::AppendedDigest appended;
  PERSIST_TRY_ASSIGN(Source source, load(&fresh_.log->file(), [&](const Commit& commit) {
                       if (commit.offset < base_.log_bytes) return true;
                       appended.add(commit.records);
                       return false;
                     }));
  PERSIST_TRY_ASSIGN(const rewrite::Survey old, rewrite::survey(rewrite::all_keys(source.state)));
  if (source.torn_tail || appended.to_string() != appender.digest() || old.digest != old_) {
    PERSIST_TRY_ASSIGN(const auto kept, fresh_.set_aside(sole_.files()));
    return fail(ErrorCode::mismatch, sole_.database().log,
                "what was written does not read back as it should",
                "nothing was replaced; it is kept as " + kept.front());
  }
  return describe(fresh_.log->file());
}

// What the database holds with this log.
Result<> Application::describe(File& log) {
  PERSIST_TRY_ASSIGN(const Source source, load(&log, {}));
  PERSIST_TRY_ASSIGN(const rewrite::Survey whole, rewrite::survey(rewrite::all_keys(source.state)));
  report_.fingerprint = whole.digest.fingerprint;
  report_.live_keys = whole.digest.live_keys;
  report_.versions = versions_in(source);
  report_.commits = source.log.commits;
  return {};
}

}  // namespace

Result<RewriteReport> apply_log(FileSystem& files, const SourceFiles& source,
                                const DatabaseFiles& onto, const ReplayOptions& options) {
  if (source.log == nullptr) {
    return fail(ErrorCode::not_found, source.snapshot != nullptr ? source.snapshot->path() : "",
                "there is no log beside it, and a snapshot holds no transactions");
  }
  return rewrite::alone(files, onto, options,
                        [&](SoleWriter& sole) { return Application(sole, options).run(source); });
}

}  // namespace persist
