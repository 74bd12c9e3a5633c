#include <algorithm>
#include <persist/atomic_file.hpp>
#include <persist/snapshot.hpp>

#include "rewrite/new_database.hpp"
#include "rewrite/whole_snapshot.hpp"

namespace persist {
namespace {

using rewrite::Source;

// With history only when the line's snapshots can hold it, which is known once the files were read.
Result<Source> load(FileSystem& files, const SourceFiles& source_files,
                    std::optional<PointInTime> at, const RewriteOptions& options) {
  rewrite::SourceOptions source_options;
  source_options.at = at;
  source_options.max_memory_bytes = options.max_memory_bytes;
  auto source = load_source(files, source_files, source_options, options);
  if (!source || !snapshot_holds_history(source->line)) return source;
  source_options.history = true;
  source_options.check_lineage = false;  // the first reading has
  source = fail(ErrorCode::io, {}, {});  // gives its memory back before it is needed again
  return load_source(files, source_files, source_options, options);
}

}  // namespace

Result<RewriteReport> take_snapshot(FileSystem& files, const DatabaseFiles& database,
                                    const RewriteOptions& options) {
  rewrite::WholeSnapshotPlan plan;
  plan.history = rewrite::WholeSnapshotPlan::History::all;
  return rewrite::alone(files, database, options, [&](rewrite::SoleWriter& sole) {
    return rewrite::WholeSnapshot(sole, plan, options).run();
  });
}

Result<RewriteReport> write_snapshot(FileSystem& files, const SourceFiles& source_files,
                                     const std::string& output, std::optional<PointInTime> at,
                                     const RewriteOptions& options) {
  PERSIST_TRY(rewrite::refuse_existing(files, output));
  rewrite::Expectation expected;
  RewriteReport report;
  rewrite::NewFiles fresh;
  {
    PERSIST_TRY_ASSIGN(const Source source, load(files, source_files, at, options));
    if (options.after_reading) PERSIST_TRY(options.after_reading());
    rewrite::DigestBuilder builder;
    const rewrite::KeySource keys = rewrite::digested(rewrite::all_keys(source.state), builder);
    report = report_of(source);
    rewrite::Layout layout;
    layout.line = source.line;
    layout.clock = std::min(report.clock, at ? at->version : report.clock);
    layout.cut = layout.clock;
    rewrite::Outputs outputs{[](ByteView) -> Result<> { return {}; },
                             [](ByteView) -> Result<> { return {}; }};
    if (!options.dry_run) {
      PERSIST_TRY_ASSIGN(const auto like, rewrite::permissions_of(source_files));
      PERSIST_TRY_ASSIGN(fresh.snapshot, AtomicFile::create(files, output, "tmp", like));
      outputs.snapshot = [&](ByteView bytes) { return fresh.snapshot->append(bytes); };
    }
    PERSIST_TRY_ASSIGN(
        const rewrite::Written written,
        write_layout(files, keys, layout, options, std::uint64_t{1} << 20U, outputs));
    const rewrite::Digest digest = builder.finish();
    add_digest(report, digest);
    report.after = {0, written.sizes.snapshot_bytes};
    report.clock = written.clock;
    const Version clock = snapshot_has_header(layout.line) ? layout.cut : digest.max_version;
    expected = {digest, clock, {}, true, false, source.line};
  }
  if (options.dry_run) {
    report.unwritten = Unwritten::dry_run;
    return report;
  }
  PERSIST_TRY(fresh.snapshot->sync());
  PERSIST_TRY(prove_or_set_aside(files, fresh, {}, expected, options));
  PERSIST_TRY(fresh.snapshot->commit_as_new());
  return report;
}

}  // namespace persist
