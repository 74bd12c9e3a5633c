#include "rewrite/whole_snapshot.hpp"

namespace persist::rewrite {
namespace {

// Between the two renames the new snapshot lies beside the old log, and deleted keys are no longer
// in the snapshot. Line 1.1 skips what the snapshot covers. The engines of the other lines replay
// the log, and get to the same state when each key's records come in version order and the log has
// the delete that ends them. Otherwise the log is put in order before. A snapshot with all history
// has the deletes, too.
bool must_order_log_first(const Source& source, const WholeSnapshotPlan& plan) {
  const bool keeps_all =
      snapshot_holds_history(source.line) && plan.history == WholeSnapshotPlan::History::all;
  if (keeps_all || snapshot_has_header(source.line) || source.log.commits == 0) return false;
  const auto& snapshot = source.state.summary().snapshot;
  const bool may_hold_the_delete = snapshot && snapshot->holds_history &&
                                   snapshot->max_version >= source.state.summary().log->min_version;
  return !source.log.in_version_order || may_hold_the_delete;
}

}  // namespace

RewriteReport refuse_torn_tail(const Source& source) {
  RewriteReport report = report_of(source, {});
  report.unwritten = Unwritten::torn_tail;
  return report;
}

std::unexpected<Error> ages_are_unknown(const DatabaseFiles& database, ReleaseLine line) {
  return fail(ErrorCode::unsupported, database.directory,
              "these files are of line " + std::string(name_of(line)) +
                  ", which numbers its commits: how old a version is cannot be told",
              "only versions of line 0.18 are times");
}

Result<RewriteReport> WholeSnapshot::run() {
  PERSIST_TRY_ASSIGN(Source source, load_what_is_kept());
  if (source.torn_tail) return refuse_torn_tail(source);
  const FileSizes before = source.sizes;
  std::optional<RewriteReport> ordered;
  if (must_order_log_first(source, plan_)) {
    PERSIST_TRY_ASSIGN(ordered, order_log(source));
    if (ordered->unwritten == Unwritten::no_gain) return *ordered;
  }
  PERSIST_TRY_ASSIGN(RewriteReport report, write(std::move(source), options_));
  // What an ordered log has lost already is not to be had again.
  if (ordered && report.unwritten == Unwritten::no_gain) report = *std::move(ordered);
  report.before = before;
  report.suspicions = suspicions_.value_or(std::vector<Finding>());
  return report;
}

Result<Source> WholeSnapshot::load(bool history) {
  PERSIST_TRY_ASSIGN(open_, open_files(sole_.files(), sole_.database()));
  SourceOptions source_options;
  source_options.history = history;
  source_options.check_lineage = !suspicions_.has_value();
  source_options.in_place = true;
  source_options.max_memory_bytes = options_.max_memory_bytes;
  PERSIST_TRY_ASSIGN(Source source,
                     load_source(sole_.files(), open_.view(), source_options, options_));
  if (!suspicions_) suspicions_ = source.suspicions;
  return source;
}

// With history only when it is wanted and the line's snapshots can hold it, which is known once the
// files were read.
Result<Source> WholeSnapshot::load_what_is_kept() {
  using History = WholeSnapshotPlan::History;
  PERSIST_TRY_ASSIGN(Source source, load(plan_.history == History::since));
  if (plan_.history == History::since && !snapshot_holds_history(source.line)) {
    return ages_are_unknown(sole_.database(), source.line);
  }
  if (plan_.history == History::all && snapshot_holds_history(source.line)) return load(true);
  return source;
}

// A step of its own, whole and proven: of each key the log then holds the newest record only. Not
// done when the whole would not be worth it.
Result<RewriteReport> WholeSnapshot::order_log(Source& source) {
  const bool history = plan_.history == WholeSnapshotPlan::History::since;
  if (plan_.gain.min_percent > 0) {
    RewriteOptions ahead = options_;
    ahead.dry_run = true;
    PERSIST_TRY_ASSIGN(RewriteReport report, write(std::move(source), ahead));
    if (report.unwritten == Unwritten::no_gain) return report;
    PERSIST_TRY_ASSIGN(source, load(history));
  }
  CompactLogPlan plan;
  if (history) plan.keep_from = plan_.keep_from;
  PERSIST_TRY_ASSIGN(RewriteReport report,
                     compact_log(sole_, open_, std::move(source), plan, options_));
  PERSIST_TRY_ASSIGN(source, load(history));
  return report;
}

KeySource WholeSnapshot::kept(const Source& source) const {
  using History = WholeSnapshotPlan::History;
  KeySource keys = all_keys(source.state);
  if (plan_.history == History::since) return keys_since(std::move(keys), plan_.keep_from);
  if (plan_.history == History::all && snapshot_holds_history(source.line)) return keys;
  return newest_only(std::move(keys));
}

Result<RewriteReport> WholeSnapshot::write(Source source, const RewriteOptions& options) {
  WrittenInPlace written;
  {
    const Source old = std::move(source);  // its memory is the proof's afterwards
    Content content;
    content.keys = kept(old);
    content.most_bytes = most_bytes_of(old.state.summary());
    const Version clock = old.state.summary().max_version;
    content.layout = whole_snapshot_layout(old.line, clock, old.log.deleted_at(clock));
    PERSIST_TRY_ASSIGN(written,
                       write_in_place(sole_, content, plan_.gain, options, report_of(old)));
  }
  if (written.report.unwritten != Unwritten::none) return written.report;
  PERSIST_TRY(prove_or_set_aside(sole_.files(), written.files, {}, written.expected, options));
  PERSIST_TRY(stop_if_asked(options));
  PERSIST_TRY(swap_in(sole_, written.files, SwapOrder::snapshot_first));
  return written.report;
}

}  // namespace persist::rewrite
