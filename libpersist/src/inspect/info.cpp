#include <algorithm>
#include <persist/info.hpp>
#include <persist/surrealdb_names.hpp>

#include "inspect/file_reports.hpp"
#include "inspect/key_groups.hpp"
#include "rewrite/layout.hpp"

namespace persist {
namespace {

std::string path_of(File* file) {
  return file == nullptr ? std::string() : file->path();
}

// What the readers summed up while the state was loaded.
void describe_files(const SourceFiles& source, const StateSummary& summary, InfoReport& report) {
  if (summary.snapshot) {
    report.files.push_back(report_of(path_of(source.snapshot), *summary.snapshot));
    report.covered = summary.snapshot->covered;
    report.versions += summary.snapshot->versions;
  }
  if (summary.log) {
    report.files.push_back(report_of(path_of(source.log), *summary.log));
    report.commits = summary.log->commits;
    report.records = summary.log->records;
    report.versions += summary.log->records;
  }
  for (const FileReport& file : report.files) report.bytes += file.bytes;
  for (const Version version : {summary.snapshot ? summary.snapshot->min_version : 0,
                                summary.log ? summary.log->min_version : 0}) {
    if (version == 0) continue;
    report.min_version = report.min_version == 0 ? version : std::min(report.min_version, version);
  }
  report.max_version = std::max(summary.snapshot ? summary.snapshot->max_version : 0,
                                summary.log ? summary.log->max_version : 0);
}

Result<> count_keys(const State& state, const InfoOptions& options, InfoReport& report) {
  SurrealNames names;
  PERSIST_TRY(names.learn_from(state));
  PrefixGroups prefixes(options.max_groups);
  GroupRanking tables(options.max_groups);
  PERSIST_TRY(state.for_each([&](const KeyState& key) {
    const std::uint64_t bytes =
        key.key.size() + key.versions.back().value.value_or(ByteView()).size();
    ++report.live_keys;
    report.live_bytes += bytes;
    if (const auto table = names.table_of_record(key.key)) {
      tables.add(*table, bytes);
    } else {
      prefixes.add(key.key, bytes);
    }
    return true;
  }));
  report.prefixes = prefixes.finish();
  report.tables = tables.finish();
  return {};
}

// As compact lays a database out: one snapshot of all there is, and a log without commits.
Result<> measure_compaction(FileSystem& files, const State& state, const InfoOptions& options,
                            InfoReport& report) {
  rewrite::Layout layout;
  layout.line = report.line;
  layout.clock = state.summary().max_version;
  layout.cut = layout.clock;
  RewriteOptions rewrite_options;
  rewrite_options.max_memory_bytes = options.max_memory_bytes;
  rewrite_options.temp_dir = options.temp_dir;
  rewrite_options.should_stop = options.should_stop;
  PERSIST_TRY_ASSIGN(const rewrite::Written written,
                     rewrite::measure_layout(files, rewrite::newest_only(rewrite::all_keys(state)),
                                             layout, rewrite_options, options.max_memory_bytes));
  report.compacted = written.sizes;
  report.freed_by_compaction_bytes =
      report.bytes - std::min(report.bytes, report.compacted.total());
  return {};
}

}  // namespace

Result<InfoReport> info(FileSystem& files, const SourceFiles& source, const State& state,
                        const InfoOptions& options) {
  const StateSummary& summary = state.summary();
  InfoReport report;
  report.line = release_line_of(summary);
  report.damaged = summary.was_damaged;
  describe_files(source, summary, report);
  PERSIST_TRY(count_keys(state, options, report));
  PERSIST_TRY(measure_compaction(files, state, options, report));
  return report;
}

}  // namespace persist
