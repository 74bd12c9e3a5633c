#include "rewrite/in_place.hpp"

namespace persist::rewrite {
namespace {

// Enough for the few records that a log of its own needs beside a snapshot that holds the rest.
constexpr std::uint64_t small_memory_bytes = std::uint64_t{1} << 20U;

std::uint64_t log_memory_bytes(const Layout& layout, const RewriteOptions& options) {
  const bool is_in_snapshot = layout.has_snapshot && layout.cut >= layout.clock;
  return is_in_snapshot ? small_memory_bytes : options.max_memory_bytes / 4;
}

void take_over(RewriteReport& report, const SoleWriter& sole, const Written& written) {
  report.after = written.sizes;
  if (goes_without_log(sole.log().has_value(), written)) report.after.log_bytes = 0;
  report.commits = written.commits;
  report.clock = written.clock;
  report.versions_left_out = written.versions_left_out;
}

Result<NewFiles> create_files(const SoleWriter& sole, const Layout& layout) {
  NewFiles fresh;
  if (layout.has_snapshot) {
    PERSIST_TRY_ASSIGN(fresh.snapshot, create_replacement(sole, sole.database().snapshot, "tmp"));
  }
  PERSIST_TRY_ASSIGN(fresh.log, create_replacement(sole, sole.database().log, "new"));
  return fresh;
}

// No file can take more than `most_bytes`; only when that would not fit it is worth a pass of its
// own to know what it will take.
bool may_not_fit(const SoleWriter& sole, const Content& content) {
  return !check_space(sole.files(), sole.database().snapshot, content.most_bytes) ||
         !check_space(sole.files(), sole.database().log, content.most_bytes);
}

Result<> check_both_fit(const SoleWriter& sole, const FileSizes& sizes) {
  PERSIST_TRY(check_space(sole.files(), sole.database().snapshot, sizes.snapshot_bytes));
  return check_space(sole.files(), sole.database().log, sizes.log_bytes);
}

Result<Written> write_files(const SoleWriter& sole, const Content& content, const KeySource& keys,
                            NewFiles& fresh, const RewriteOptions& options) {
  const Outputs outputs{[&](ByteView bytes) { return fresh.snapshot->append(bytes); },
                        [&](ByteView bytes) { return fresh.log->append(bytes); }};
  PERSIST_TRY_ASSIGN(const Written written,
                     write_layout(sole.files(), keys, content.layout, options,
                                  log_memory_bytes(content.layout, options), outputs));
  if (fresh.snapshot) PERSIST_TRY(fresh.snapshot->sync());
  PERSIST_TRY(fresh.log->sync());
  if (goes_without_log(sole.log().has_value(), written)) fresh.log.reset();
  return written;
}

}  // namespace

bool Gain::is_missed(const FileSizes& before, const FileSizes& after) const noexcept {
  if (!is_needed) return false;
  if (after.total() >= before.total()) return true;
  const auto freed = static_cast<double>(before.total() - after.total());
  return freed * 100 < min_percent * static_cast<double>(before.total());
}

Result<RewriteReport> alone(FileSystem& files, const DatabaseFiles& database,
                            const RewriteOptions& options,
                            const std::function<Result<RewriteReport>(SoleWriter&)>& work) {
  PERSIST_TRY_ASSIGN(SoleWriter sole, SoleWriter::take(files, database));
  Leftovers leftovers;
  if (!options.dry_run) {
    PERSIST_TRY_ASSIGN(leftovers, remove_leftovers(sole, options));
  }
  sole.keep_originals();
  auto report = work(sole);
  if (!report) {
    sole.kept()->put_back();
    return report;
  }
  sole.kept()->forget();
  report->leftovers_removed = std::move(leftovers.removed);
  report->leftovers_kept = std::move(leftovers.kept);
  return report;
}

void add_digest(RewriteReport& report, const Digest& digest) {
  report.fingerprint = digest.fingerprint;
  report.live_keys = digest.live_keys;
  report.versions = digest.versions;
}

RewriteReport report_of(const Source& source, const Digest& digest) {
  RewriteReport report = report_of(source);
  add_digest(report, digest);
  return report;
}

RewriteReport report_of(const Source& source) {
  RewriteReport report;
  report.line = source.line;
  report.before = source.sizes;
  report.after = source.sizes;
  report.clock = source.state.summary().max_version;
  report.torn_tail = source.torn_tail;
  report.suspicions = source.suspicions;
  return report;
}

Result<WrittenInPlace> write_in_place(const SoleWriter& sole, const Content& content,
                                      const Gain& gain, const RewriteOptions& options,
                                      RewriteReport report) {
  WrittenInPlace result;
  result.report = std::move(report);
  result.report.line = content.layout.line;
  result.report.renumbered = content.layout.renumber;
  DigestBuilder digest;
  const KeySource keys = content.digest ? content.keys : digested(content.keys, digest);
  const auto take_digest = [&] {
    result.expected.digest = content.digest ? *content.digest : digest.finish();
    add_digest(result.report, result.expected.digest);
  };
  const bool must_look = may_not_fit(sole, content);
  if (options.dry_run || gain.min_percent > 0 || must_look) {
    PERSIST_TRY_ASSIGN(const Written measured,
                       measure_layout(sole.files(), keys, content.layout, options,
                                      log_memory_bytes(content.layout, options)));
    take_over(result.report, sole, measured);
    take_digest();
    const bool is_missed = gain.is_missed(result.report.before, result.report.after);
    if (is_missed || options.dry_run) {
      result.report.unwritten = is_missed ? Unwritten::no_gain : Unwritten::dry_run;
      return result;
    }
    if (must_look) PERSIST_TRY(check_both_fit(sole, measured.sizes));
  }
  PERSIST_TRY_ASSIGN(result.files, create_files(sole, content.layout));
  PERSIST_TRY_ASSIGN(const Written written,
                     write_files(sole, content, keys, result.files, options));
  take_over(result.report, sole, written);
  take_digest();
  if (gain.is_missed(result.report.before, result.report.after)) {
    result.report.unwritten = Unwritten::no_gain;
    result.files = {};
  }
  const Layout& layout = content.layout;
  result.expected.clock = written.clock;
  result.expected.clock_key = written.clock_key;
  result.expected.renumbered = layout.renumber;
  result.expected.line = layout.line;
  return result;
}

Result<> prove_or_set_aside(FileSystem& files, NewFiles& fresh, const SourceFiles& old,
                            const Expectation& expected, const RewriteOptions& options) {
  SourceFiles pair = old;
  if (fresh.snapshot) pair.snapshot = &fresh.snapshot->file();
  if (fresh.log) pair.log = &fresh.log->file();
  auto proven = prove(files, pair, expected, options);
  if (proven || proven.error().code != ErrorCode::mismatch) return proven;
  PERSIST_TRY_ASSIGN(const auto kept, fresh.set_aside(files));
  Error error = std::move(proven).error();
  error.advice = "nothing was replaced; it is kept as";
  for (const std::string& path : kept) error.advice += " " + path;
  return std::unexpected(std::move(error));
}

Result<> stop_if_asked(const RewriteOptions& options) {
  if (!options.should_stop || !options.should_stop()) return {};
  return fail(ErrorCode::interrupted, {}, "stopped as asked");
}

}  // namespace persist::rewrite
