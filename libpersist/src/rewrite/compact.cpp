#include <algorithm>
#include <persist/compact.hpp>

#include "rewrite/whole_snapshot.hpp"

namespace persist {
namespace {

using rewrite::SoleWriter;
using rewrite::WholeSnapshotPlan;

Version keep_from(const CompactOptions& options) {
  if (!options.keep_history_ns) return std::numeric_limits<Version>::max();
  return options.now_ns - std::min(options.now_ns, *options.keep_history_ns);
}

Result<RewriteReport> compact_both(SoleWriter& sole, const CompactOptions& options) {
  WholeSnapshotPlan plan;
  if (options.keep_history_ns) plan.history = WholeSnapshotPlan::History::since;
  plan.keep_from = keep_from(options);
  plan.gain = {true, options.min_gain_percent};
  return rewrite::WholeSnapshot(sole, plan, options).run();
}

Result<RewriteReport> compact_log_only(SoleWriter& sole, const CompactOptions& options) {
  PERSIST_TRY_ASSIGN(const auto open, rewrite::open_files(sole.files(), sole.database()));
  rewrite::SourceOptions source_options;
  source_options.in_place = true;
  source_options.max_memory_bytes = options.max_memory_bytes;
  PERSIST_TRY_ASSIGN(rewrite::Source source,
                     load_source(sole.files(), open.view(), source_options, options));
  if (source.torn_tail) return rewrite::refuse_torn_tail(source);
  if (options.keep_history_ns && source.line != ReleaseLine::v0_18) {
    return rewrite::ages_are_unknown(sole.database(), source.line);
  }
  if (!open.log) {
    PERSIST_TRY_ASSIGN(const auto surveyed,
                       rewrite::survey(rewrite::newest_only(rewrite::all_keys(source.state))));
    RewriteReport report = report_of(source, surveyed.digest);
    report.unwritten = Unwritten::no_gain;
    return report;
  }
  const rewrite::CompactLogPlan plan{keep_from(options), {true, options.min_gain_percent}};
  return compact_log(sole, open, std::move(source), plan, options);
}

}  // namespace

Result<RewriteReport> compact(FileSystem& files, const DatabaseFiles& database,
                              const CompactOptions& options) {
  return rewrite::alone(files, database, options, [&](SoleWriter& sole) {
    return options.log_only ? compact_log_only(sole, options) : compact_both(sole, options);
  });
}

}  // namespace persist
