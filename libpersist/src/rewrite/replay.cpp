#include <algorithm>
#include <persist/replay.hpp>

#include "rewrite/in_place.hpp"
#include "rewrite/new_database.hpp"
#include "rewrite/selection.hpp"

namespace persist {

Result<RewriteReport> replay(FileSystem& files, const SourceFiles& source_files,
                             const DatabaseFiles& output, const ReplayOptions& options) {
  PERSIST_TRY(check_new_database(files, output));
  rewrite::Selection selection(options);
  rewrite::SourceOptions source_options;
  source_options.history = true;
  source_options.at = options.until;
  source_options.keep_commit = [&](const Commit& commit) { return selection.admits(commit); };
  source_options.log_until_offset = options.until_offset;
  source_options.max_memory_bytes = options.max_memory_bytes / 2;
  PERSIST_TRY_ASSIGN(rewrite::Source loaded,
                     load_source(files, source_files, source_options, options));
  if (options.after_reading) PERSIST_TRY(options.after_reading());
  std::optional<rewrite::Source> source(std::move(loaded));
  Version boundary = source->snapshot_boundary();
  if (options.until) boundary = std::min(boundary, options.until->version);
  const File* const log = source_files.log;
  PERSIST_TRY(selection.check(boundary, log != nullptr ? log->path() : std::string()));
  rewrite::Content content;
  PERSIST_TRY_ASSIGN(content.like, rewrite::permissions_of(source_files));
  content.keys = rewrite::all_keys(source->state);
  PERSIST_TRY_ASSIGN(const rewrite::Survey surveyed, rewrite::survey(content.keys));
  content.most_bytes = surveyed.most_bytes;
  content.digest = surveyed.digest;
  // The clock of then: what came later never was.
  const Version clock = std::max(surveyed.digest.max_version, boundary);
  content.layout = rewrite::spread(source->line, surveyed, boundary, clock);
  return write_new_database(
      files, output, content, [&] { source.reset(); }, options,
      report_of(*source, surveyed.digest));
}

}  // namespace persist
