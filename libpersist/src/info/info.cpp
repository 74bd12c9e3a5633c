#include <algorithm>
#include <persist/info.hpp>
#include <persist/surrealdb_names.hpp>

#include "info/key_groups.hpp"
#include "inspect/file_reports.hpp"
#include "rewrite/layout.hpp"
#include "rewrite/source.hpp"

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

// Of a live key with its value.
std::uint64_t bytes_of(const KeyState& key) {
  return key.key.size() + key.versions.back().value.value_or(ByteView()).size();
}

// Returns the greatest version of a live key.
Result<Version> count_keys(const State& state, const InfoOptions& options, InfoReport& report) {
  SurrealNames names;
  PERSIST_TRY(names.learn_from(state));
  PrefixGroups prefixes(options.max_groups);
  GroupRanking tables(options.max_groups);
  Version greatest = 0;
  PERSIST_TRY(state.for_each([&](const KeyState& key) {
    greatest = std::max(greatest, key.versions.back().version);
    const std::uint64_t bytes = bytes_of(key);
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
  return greatest;
}

// As compact lays a database out. Where no live key has the last version, a line without snapshot
// headers keeps its clock by the key that was deleted then, which the log alone tells.
Result<rewrite::Layout> compact_layout(const SourceFiles& source, const State& state,
                                       Version greatest_live, ReleaseLine line) {
  const Version clock = state.summary().max_version;
  rewrite::LogFacts facts;
  if (greatest_live < clock && !snapshot_has_header(line)) {
    PERSIST_TRY_ASSIGN(facts, rewrite::read_log_facts(source));
  }
  return rewrite::whole_snapshot_layout(line, clock, facts.deleted_at(clock));
}

// To compress takes many times as long as to load: above some size a part of the keys tells.
class Sample {
 public:
  explicit Sample(std::uint64_t bytes) : stretches_(bytes > exact_bytes ? 8 : 1) {}

  // Of every so many stretches of keys the first. To be outlived by this.
  [[nodiscard]] rewrite::KeySource of(rewrite::KeySource keys) {
    return [this, keys = std::move(keys)](const State::Visitor& visit) {
      seen_bytes_ = taken_bytes_ = 0;
      return keys([&](const KeyState& key) {
        const std::uint64_t bytes = bytes_of(key);
        const bool is_taken = seen_bytes_ / stretch_bytes % stretches_ == 0;
        seen_bytes_ += bytes;
        if (!is_taken) return true;
        taken_bytes_ += bytes;
        return visit(key);
      });
    };
  }
  // What all take, when those that were visited last take so much.
  [[nodiscard]] std::uint64_t scaled(std::uint64_t bytes) const {
    if (taken_bytes_ == seen_bytes_) return bytes;
    return static_cast<std::uint64_t>(static_cast<double>(bytes) *
                                      static_cast<double>(seen_bytes_) /
                                      static_cast<double>(taken_bytes_));
  }

 private:
  static constexpr std::uint64_t exact_bytes = std::uint64_t{64} << 20U;
  static constexpr std::uint64_t stretch_bytes = std::uint64_t{1} << 20U;  // of a block

  std::uint64_t stretches_;
  std::uint64_t seen_bytes_ = 0;
  std::uint64_t taken_bytes_ = 0;
};

Result<> measure_compaction(FileSystem& files, const SourceFiles& source, const State& state,
                            Version greatest_live, const InfoOptions& options, InfoReport& report) {
  PERSIST_TRY_ASSIGN(const rewrite::Layout layout,
                     compact_layout(source, state, greatest_live, report.line));
  RewriteOptions rewrite_options;
  rewrite_options.max_memory_bytes = options.max_memory_bytes;
  rewrite_options.temp_dir = options.temp_dir;
  rewrite_options.should_stop = options.should_stop;
  Sample sample(report.live_bytes);
  PERSIST_TRY_ASSIGN(
      const rewrite::Written written,
      rewrite::measure_layout(files, sample.of(rewrite::newest_only(rewrite::all_keys(state))),
                              layout, rewrite_options, options.max_memory_bytes));
  report.compacted = written.sizes;
  report.compacted.snapshot_bytes = sample.scaled(written.sizes.snapshot_bytes);
  if (rewrite::goes_without_log(source.log != nullptr, written)) report.compacted.log_bytes = 0;
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
  PERSIST_TRY_ASSIGN(const Version greatest_live, count_keys(state, options, report));
  PERSIST_TRY(measure_compaction(files, source, state, greatest_live, options, report));
  return report;
}

}  // namespace persist
