#include "rewrite/in_place.hpp"

#include "rewrite/proof.hpp"

namespace persist::rewrite {
namespace {

// Enough for the few records that a log of its own needs beside a snapshot that holds the rest.
constexpr std::uint64_t small_memory_bytes = std::uint64_t{1} << 20U;

KeySource keys_of(const Source& source, const InPlacePlan& plan) {
  KeySource keys = all_keys(source.state);
  return plan.keep_from ? keys_since(std::move(keys), *plan.keep_from) : keys;
}

void take_over(RewriteReport& report, const Written& written) {
  report.after = written.sizes;
  report.commits = written.commits;
  report.clock = written.clock;
}

Result<NewFiles> create_files(const SoleWriter& sole) {
  NewFiles fresh;
  PERSIST_TRY_ASSIGN(fresh.snapshot,
                     AtomicFile::create(sole.files(), sole.database().snapshot, "tmp"));
  PERSIST_TRY_ASSIGN(fresh.log, AtomicFile::create(sole.files(), sole.database().log, "new"));
  return fresh;
}

Result<> sync_both(NewFiles& fresh) {
  PERSIST_TRY(fresh.snapshot->sync());
  return fresh.log->sync();
}

// Looks at the result's size before it is written, where that is asked for, or where it might not
// fit.
Result<> look_ahead(SoleWriter& sole, const KeySource& keys, const Survey& surveyed,
                    const InPlacePlan& plan, const RewriteOptions& options, RewriteReport& report) {
  const std::string& target = sole.database().snapshot;
  const bool may_not_fit = !check_space(sole.files(), target, surveyed.most_bytes);
  if (!options.dry_run && plan.min_gain_percent <= 0 && !may_not_fit) return {};
  PERSIST_TRY_ASSIGN(const Written measured,
                     measure_layout(sole.files(), keys, plan.layout, options, small_memory_bytes));
  take_over(report, measured);
  if (plan.only_if_smaller && is_no_gain(report.before, report.after, plan.min_gain_percent)) {
    report.unwritten = Unwritten::no_gain;
    return {};
  }
  if (options.dry_run) report.unwritten = Unwritten::dry_run;
  return may_not_fit ? check_space(sole.files(), target, report.after.total()) : Result<>{};
}

Result<> stop_if_asked(const RewriteOptions& options) {
  if (!options.should_stop || !options.should_stop()) return {};
  return fail(ErrorCode::interrupted, {}, "stopped as asked");
}

}  // namespace

RewriteReport report_of(const Source& source, const Digest& digest) {
  RewriteReport report;
  report.line = source.line;
  report.before = source.sizes;
  report.after = source.sizes;
  report.fingerprint = digest.fingerprint;
  report.live_keys = digest.live_keys;
  report.versions = digest.versions;
  report.clock = source.state.summary().max_version;
  report.torn_tail = source.torn_tail;
  return report;
}

bool is_no_gain(const FileSizes& before, const FileSizes& after, double min_gain_percent) noexcept {
  if (after.total() >= before.total()) return true;
  const auto freed = static_cast<double>(before.total() - after.total());
  return freed * 100 < min_gain_percent * static_cast<double>(before.total());
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

Result<RewriteReport> rewrite_in_place(SoleWriter& sole, Source source, const InPlacePlan& plan,
                                       const RewriteOptions& options) {
  RewriteReport report;
  Expectation expected;
  NewFiles fresh;
  {
    const Source old = std::move(source);  // its memory is the proof's afterwards
    const KeySource keys = keys_of(old, plan);
    PERSIST_TRY_ASSIGN(const Survey surveyed, survey(keys));
    report = report_of(old, surveyed.digest);
    PERSIST_TRY(look_ahead(sole, keys, surveyed, plan, options, report));
    if (report.unwritten != Unwritten::none) return report;
    PERSIST_TRY_ASSIGN(fresh, create_files(sole));
    const Outputs outputs{[&](ByteView bytes) { return fresh.snapshot->append(bytes); },
                          [&](ByteView bytes) { return fresh.log->append(bytes); }};
    PERSIST_TRY_ASSIGN(const Written written, write_layout(sole.files(), keys, plan.layout, options,
                                                           small_memory_bytes, outputs));
    take_over(report, written);
    expected = {surveyed.digest, written.clock, written.clock_key, true, false};
  }
  PERSIST_TRY(sync_both(fresh));
  if (plan.only_if_smaller && is_no_gain(report.before, report.after, plan.min_gain_percent)) {
    report.unwritten = Unwritten::no_gain;
    return report;
  }
  // A database without a log goes on without one, unless the clock needs it.
  if (!sole.log() && report.commits == 0) fresh.log.reset();
  PERSIST_TRY(prove_or_set_aside(sole.files(), fresh, {}, expected, options));
  PERSIST_TRY(stop_if_asked(options));
  PERSIST_TRY(swap_in(sole, fresh, SwapOrder::snapshot_first));
  return report;
}

}  // namespace persist::rewrite
