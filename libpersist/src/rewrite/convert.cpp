#include <algorithm>
#include <persist/convert.hpp>

#include "rewrite/conversion.hpp"
#include "rewrite/new_database.hpp"

namespace persist {
namespace {

// Commits that only delete leave nothing in a snapshot without a header, so that it may reach up to
// where the log begins; unless so many of them are unlikely (inspect/log_ends.hpp).
Version snapshot_end(const rewrite::Source& source) {
  const StateSummary& files = source.state.summary();
  const Version end = source.snapshot_boundary();
  const bool may_reach_further = files.snapshot && !files.snapshot->covered &&
                                 files.snapshot->entries > 0 && files.log &&
                                 files.log->commits > 0 && source.suspicions.empty();
  return may_reach_further ? std::max(end, files.log->min_version - 1) : end;
}

}  // namespace

rewrite::Layout rewrite::converted(const Source& source, const Survey& surveyed,
                                   const ConvertOptions& options) {
  const Version clock = source.state.summary().max_version;
  Layout layout = spread(options.to, surveyed, snapshot_end(source), clock);
  if (source.log.max_version == clock) layout.deleted_key = source.log.deleted_key;
  if (must_renumber(options.to, clock, options.now_ns)) renumber(layout);
  return layout;
}

Result<RewriteReport> convert(FileSystem& files, const SourceFiles& source_files,
                              const DatabaseFiles& output, const ConvertOptions& options) {
  PERSIST_TRY(check_new_database(files, output));
  rewrite::SourceOptions source_options;
  source_options.history = true;
  source_options.max_memory_bytes = options.max_memory_bytes / 2;
  PERSIST_TRY_ASSIGN(rewrite::Source loaded,
                     load_source(files, source_files, source_options, options));
  if (options.after_reading) PERSIST_TRY(options.after_reading());
  std::optional<rewrite::Source> source(std::move(loaded));
  rewrite::Content content;
  PERSIST_TRY_ASSIGN(content.like, rewrite::permissions_of(source_files));
  content.keys = rewrite::all_keys(source->state);
  PERSIST_TRY_ASSIGN(const rewrite::Survey surveyed, rewrite::survey(content.keys));
  content.most_bytes = surveyed.most_bytes;
  content.digest = surveyed.digest;
  content.layout = rewrite::converted(*source, surveyed, options);
  return write_new_database(
      files, output, content, [&] { source.reset(); }, options,
      report_of(*source, surveyed.digest));
}

}  // namespace persist
