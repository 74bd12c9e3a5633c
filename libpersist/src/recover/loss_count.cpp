#include "recover/loss_count.hpp"

#include <algorithm>
#include <persist/release_line.hpp>
#include <set>

namespace persist::recover {
namespace {

constexpr std::size_t max_uncertain = 65'536;

bool is_countable(const Loss& loss) {
  const bool is_damage =
      loss.reason == LossReason::unreadable || loss.reason == LossReason::partial;
  return loss.file == FileKind::log && is_damage && !loss.is_torn_tail;
}

}  // namespace

void LossCount::note_kept(const Commit& commit, bool is_late) {
  if (last_offsets_.empty()) first_offset_ = commit.offset;
  last_offsets_.push_back(commit.offset);
  if (last_offsets_.size() > settling_commits) last_offsets_.pop_front();
  has_late_ = has_late_ || is_late;
  has_clocks_ = has_clocks_ || is_clock_version(commit.version);
  census_.add(commit.version);
  if (commit.trust == Trust::whole) return;
  ++uncertain_count_;
  if (uncertain_.size() < max_uncertain) uncertain_.insert(commit.version);
}

// Whether a commit that was in it would be missing between others.
bool LossCount::is_enclosed(const Loss& loss) const {
  if (last_offsets_.empty()) return false;
  const bool begins = loss.offset > first_offset_ || census_.least() == 1;
  const std::uint64_t last = has_late_ ? last_offsets_.front() : last_offsets_.back();
  const bool has_enough = !has_late_ || last_offsets_.size() == settling_commits;
  return begins && has_enough && loss.offset < last;
}

void LossCount::settle(RepairPlan& plan) const {
  const bool are_dense = !has_clocks_ && census_.is_complete();
  const auto is_elsewhere = [&](Version version) {
    return are_dense && uncertain_count_ <= max_uncertain && !uncertain_.contains(version) &&
           census_.has(version).value_or(false);
  };
  std::uint64_t missing = census_.holes() + uncertain_count_;
  std::set<Version> seen;
  const auto lower = [&](Loss& loss) {
    std::uint64_t commits = loss.commits;
    if (loss.version && (!seen.insert(*loss.version).second || is_elsewhere(*loss.version))) {
      commits = 0;
    }
    if (are_dense && is_enclosed(loss)) {
      commits = std::min(commits, missing);
      missing -= commits;
    }
    plan.lost_commits -= loss.commits - commits;
    loss.commits = commits;
  };
  // Those that are known by their versions come before those that are only counted.
  for (const bool is_known : {true, false}) {
    for (Loss& loss : plan.lost) {
      if (is_countable(loss) && loss.version.has_value() == is_known) lower(loss);
    }
  }
}

}  // namespace persist::recover
