#include "inspect/findings.hpp"

#include <algorithm>

#include "format_text.hpp"

namespace persist {
namespace {

bool is_torn_record(const Finding& finding) {
  return finding.is_torn_tail && (finding.code == name_of(DamageCode::torn_record) ||
                                  finding.code == name_of(DamageCode::damaged_records));
}

}  // namespace

bool has_anything_sound(const LogSummary& log,
                        const std::optional<SnapshotSummary>& snapshot) noexcept {
  return log.commits > 0 || log.header_offset || (snapshot && snapshot->entries > 0);
}

bool must_follow_something(std::string_view code) noexcept {
  return code != name_of(DamageCode::damaged_header);
}

Finding above_limit_1_1(Version version, std::uint64_t offset, std::uint64_t length) {
  return {
      "version-limit",
      Severity::warning,
      offset,
      length,
      format_text("version {} is above what release 1.1 accepts: it refuses the database", version),
      false};
}

void FindingList::add(Finding finding) {
  if (findings_.size() < max_findings_) {
    findings_.push_back(std::move(finding));
  } else {
    ++left_out_;
  }
}

void FindingList::add(const Damage& damage, bool can_be_torn_tail) {
  std::string message = damage.message;
  if (damage.version) message += format_text("; it held the commit of version {}", *damage.version);
  add({name_of(damage.code), Severity::error, damage.offset, damage.length, std::move(message),
       can_be_torn_tail && damage.is_torn_tail});
}

void FindingList::deny_torn_tail() {
  for (Finding& finding : findings_) {
    if (must_follow_something(finding.code)) finding.is_torn_tail = false;
  }
}

std::vector<Finding> FindingList::take() {
  for (Finding& finding : findings_) {
    if (!is_torn_record(finding)) continue;
    finding.message += "; releases up to 0.27 append behind it, and then none opens the log again";
  }
  std::ranges::stable_sort(findings_, {}, &Finding::offset);
  if (left_out_ > 0) {
    findings_.push_back({"more-findings", Severity::info, 0, 0,
                         format_text("{} more findings are not listed", left_out_), false});
  }
  return std::move(findings_);
}

}  // namespace persist
