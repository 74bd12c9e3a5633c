#include <persist/convert.hpp>

#include "recover/file_identity.hpp"
#include "recover/originals.hpp"
#include "rewrite/conversion.hpp"
#include "rewrite/in_place.hpp"
#include "rewrite/whole_snapshot.hpp"

namespace persist {
namespace {

using rewrite::Expectation;
using rewrite::Layout;
using rewrite::NewFiles;
using rewrite::SoleWriter;
using rewrite::SwapOrder;

class Conversion {
 public:
  Conversion(SoleWriter& sole, const ConvertOptions& options) : sole_(sole), options_(options) {}

  Result<RewriteReport> run(const ConversionReportWriter& report_writer) {
    PERSIST_TRY_ASSIGN(RewriteReport report, build(false));
    if (report.unwritten != Unwritten::none) return report;
    PERSIST_TRY_ASSIGN(std::optional<SwapOrder> order, safe_order());
    if (!order) {
      // All history in the log: beside the old snapshot, too, that is the same state.
      fresh_ = {};
      PERSIST_TRY_ASSIGN(report, build(true));
      PERSIST_TRY_ASSIGN(order, safe_order());
    }
    if (!order) {
      return fail(ErrorCode::unsupported, sole_.database().directory,
                  "there is no order in which one file after the other could be replaced safely",
                  "write the result into another directory");
    }
    PERSIST_TRY_ASSIGN(report.originals, replace(*order, report, report_writer));
    return report;
  }

 private:
  // Writes and proves the new files.
  Result<RewriteReport> build(bool all_in_log);
  // The layout, with a new file for each old one: an empty snapshot is an empty database.
  [[nodiscard]] Layout layout(const rewrite::Source& source, const rewrite::Survey& surveyed,
                              bool all_in_log) const;
  // In which order the pair of an old and a new file loads to the same state; none: in neither.
  Result<std::optional<SwapOrder>> safe_order();
  Result<bool> is_same_state(File* log, File* snapshot);
  // Returns the originals' directory.
  Result<std::string> replace(SwapOrder order, RewriteReport report,
                              const ConversionReportWriter& report_writer);
  Result<> keep(recover::Originals& originals, std::optional<AtomicFile>& fresh, FileKind kind,
                const std::string& path) const;

  SoleWriter& sole_;
  const ConvertOptions& options_;
  rewrite::OpenFiles open_;
  NewFiles fresh_;
  Expectation between_;  // of a pair of an old file and a new one
};

Layout Conversion::layout(const rewrite::Source& source, const rewrite::Survey& surveyed,
                          bool all_in_log) const {
  Layout layout = rewrite::converted(source, surveyed, options_);
  if (all_in_log) layout.cut = 0;
  layout.has_snapshot = sole_.snapshot().has_value();
  return layout;
}

Result<RewriteReport> Conversion::build(bool all_in_log) {
  PERSIST_TRY_ASSIGN(open_, rewrite::open_files(sole_.files(), sole_.database()));
  rewrite::SourceOptions source_options;
  source_options.history = true;
  source_options.max_memory_bytes = options_.max_memory_bytes / 2;
  rewrite::WrittenInPlace written;
  {
    PERSIST_TRY_ASSIGN(const rewrite::Source source,
                       load_source(sole_.files(), open_.view(), source_options, options_));
    if (source.torn_tail) return rewrite::refuse_torn_tail(source);
    const rewrite::KeySource keys = rewrite::all_keys(source.state);
    PERSIST_TRY_ASSIGN(const rewrite::Survey surveyed, rewrite::survey(keys));
    PERSIST_TRY_ASSIGN(const rewrite::Survey newest, rewrite::survey(rewrite::newest_only(keys)));
    rewrite::Content content{keys, surveyed.most_bytes, surveyed.digest,
                             layout(source, surveyed, all_in_log)};
    PERSIST_TRY_ASSIGN(
        written, write_in_place(sole_, content, {}, options_, report_of(source, surveyed.digest)));
    between_ = {newest.digest, source.state.summary().max_version, {}, false, false, {}};
  }
  if (written.report.unwritten != Unwritten::none) return written.report;
  fresh_ = std::move(written.files);
  PERSIST_TRY(prove_or_set_aside(sole_.files(), fresh_, {}, written.expected, options_));
  return written.report;
}

Result<bool> Conversion::is_same_state(File* log, File* snapshot) {
  const auto proven = prove(sole_.files(), {log, snapshot, {}}, between_, options_);
  if (proven) return true;
  if (proven.error().code == ErrorCode::mismatch) return false;
  return std::unexpected(proven.error());
}

Result<std::optional<SwapOrder>> Conversion::safe_order() {
  if (!fresh_.snapshot) return SwapOrder::log_first;
  if (!fresh_.log) return SwapOrder::snapshot_first;
  // The new log is in version order, which engines read alike: it comes first where that may be.
  PERSIST_TRY_ASSIGN(const bool log_first,
                     is_same_state(&fresh_.log->file(), open_.snapshot.get()));
  if (log_first) return SwapOrder::log_first;
  PERSIST_TRY_ASSIGN(const bool snapshot_first,
                     is_same_state(open_.log.get(), &fresh_.snapshot->file()));
  if (snapshot_first) return SwapOrder::snapshot_first;
  return std::nullopt;
}

Result<> Conversion::keep(recover::Originals& originals, std::optional<AtomicFile>& fresh,
                          FileKind kind, const std::string& path) const {
  RepairOptions options;
  options.should_stop = options_.should_stop;
  FilePlan plan;
  plan.path = path;
  plan.kind = kind;
  PERSIST_TRY_ASSIGN(plan.identity, recover::identify(sole_.files(), path, options));
  if (!fresh) {
    originals.note_left_alone(kind, plan.identity);
    return {};
  }
  PERSIST_TRY_ASSIGN(const FileIdentity written, recover::identify(fresh->file(), options));
  return originals.keep(plan, {}, written);
}

Result<std::string> Conversion::replace(SwapOrder order, RewriteReport report,
                                        const ConversionReportWriter& report_writer) {
  const DatabaseFiles& database = sole_.database();
  PERSIST_TRY(rewrite::stop_if_asked(options_));
  PERSIST_TRY(sole_.check());
  PERSIST_TRY_ASSIGN(recover::Originals originals,
                     recover::Originals::create(sole_.files(), database.directory));
  report.originals = originals.path();
  const auto keep_both = [&]() -> Result<> {
    PERSIST_TRY(keep(originals, fresh_.snapshot, FileKind::snapshot, database.snapshot));
    PERSIST_TRY(keep(originals, fresh_.log, FileKind::log, database.log));
    return originals.finish(report_writer(report));
  };
  Result<> done = keep_both();
  if (done) done = swap_in(sole_, fresh_, order);
  if (done) return originals.path();
  // From second names, where there are any.
  if (sole_.kept()->put_back()) {
    originals.discard();
  } else {
    recover::take_back(sole_.files(), database, originals, done.error());
  }
  return std::unexpected(std::move(done).error());
}

}  // namespace

Result<RewriteReport> convert_in_place(FileSystem& files, const DatabaseFiles& database,
                                       const ConvertOptions& options,
                                       const ConversionReportWriter& report_writer) {
  return rewrite::alone(files, database, options, [&](SoleWriter& sole) {
    return Conversion(sole, options).run(report_writer);
  });
}

}  // namespace persist
