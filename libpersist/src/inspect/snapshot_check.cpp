#include "inspect/snapshot_check.hpp"

#include <persist/formats/lz4_frame.hpp>

#include "format_text.hpp"
#include "inspect/file_reports.hpp"

namespace persist {
namespace {

constexpr std::uint64_t entries_between_polls = 4096;

}  // namespace

SnapshotCheck::SnapshotCheck(const VerifyOptions& options)
    : options_(options), findings_(options.max_findings) {}

bool SnapshotCheck::on_entry(const SnapshotEntry&) {
  if (++entries_ % entries_between_polls == 0 && options_.should_stop && options_.should_stop()) {
    was_interrupted_ = true;
  }
  return !was_interrupted_;
}

// A snapshot replaces its predecessor whole: an end that is cut takes committed keys with it.
bool SnapshotCheck::on_damage(const Damage& damage) {
  findings_.add(damage, false);
  return true;
}

void SnapshotCheck::note_form(const SnapshotSummary& summary) {
  if (summary.looks_like_lz4) {
    findings_.add({"lz4-lookalike", Severity::error, 0, formats::lz4_magic.size(),
                   "the first key starts like an LZ4 frame: no release opens the database, though "
                   "nothing is lost",
                   false});
  }
  if (summary.is_complete && summary.entries == 0 && summary.covered.value_or(0) > 0) {
    findings_.add(
        {"empty-snapshot", Severity::warning, 0, summary.size_bytes,
         format_text("the snapshot says that it covers the commits up to version {}, and "
                     "holds no key: everything was deleted, or it was cut behind its header",
                     *summary.covered),
         false});
  }
  if (summary.max_version >= version_limit_1_1) {
    findings_.add(above_limit_1_1(summary.max_version, 0, summary.size_bytes));
  }
  if (summary.compression == Compression::lz4 && !summary.lz4_ended && summary.is_complete) {
    findings_.add({"unended-lz4", Severity::info, summary.size_bytes, 0,
                   "the LZ4 frame is not ended, as the engine writes it: nothing would tell if its "
                   "last blocks were missing",
                   false});
  }
}

FileReport SnapshotCheck::report(const std::string& path, const SnapshotSummary& summary) {
  note_form(summary);
  FileReport report = report_of(path, summary);
  report.findings = findings_.take();
  return report;
}

}  // namespace persist
