// Whether a commit beside damage is whole: what damage nearby, and other commits nearby, show of
// it.
#pragma once

#include <deque>
#include <map>
#include <set>
#include <string>
#include <vector>

#include "log/legacy_damage.hpp"
#include "log/legacy_model.hpp"

namespace persist::log {

class CommitJudge {
 public:
  explicit CommitJudge(const LegacyModel& model) : model_(model) {}

  // Damage that ends at file offset `end`, with `hidden` in it.
  void note_damage(ByteView damage, const std::vector<HiddenRecord>& hidden, std::uint64_t end);
  // Records of one commit, or of a part of one, that have been handed on.
  void note_commit(Version version, const std::vector<ByteView>& records);

  // Only near damage is there anything to ask.
  [[nodiscard]] bool is_watching(std::uint64_t offset) const noexcept { return offset < watched_; }
  // Whether a step from one version back to another is wider than any before damage.
  [[nodiscard]] bool is_far_back(Version from, Version to) const noexcept {
    return to < from && from - to > model_.backward_spread();
  }
  // Parts of one commit lie apart, from `from` to `to`: a stretch there was moved, not lost.
  void note_displacement(std::uint64_t from, std::uint64_t to);
  [[nodiscard]] bool is_displaced(std::uint64_t offset) const noexcept {
    return offset >= displaced_from_ && offset < displaced_to_;
  }
  // Behind damage and up to where the log is sure to go on, whole records may be copies in a value
  // that has lost its head.
  void note_copies(std::uint64_t from, std::uint64_t to);
  void expect_copies() noexcept { expects_copies_ = true; }
  [[nodiscard]] bool may_hold_copies() const noexcept {
    return expects_copies_ || model_.has_nested_records();
  }
  [[nodiscard]] bool may_be_copy(std::uint64_t offset) const noexcept {
    return offset >= copies_from_ && offset < copies_to_;
  }
  // Keys of a commit that was handed on as uncertain.
  void note_uncertain(Version version, const std::vector<ByteView>& keys);
  // Whether an uncertain commit wrote one of the keys before `version` did. Without the commit of
  // `version` that key would have a value which it had neither before the damaged commits nor
  // behind them.
  [[nodiscard]] bool follows_uncertain(Version version, const std::vector<ByteView>& keys) const;
  // Whether damage, or a commit that was handed on, has another part of the commit with `records`.
  [[nodiscard]] bool has_other_part(Version version, const std::vector<ByteView>& records) const;

 private:
  const LegacyModel& model_;
  std::uint64_t watched_ = 0;  // file offset
  std::uint64_t displaced_from_ = 0;
  std::uint64_t displaced_to_ = 0;
  bool expects_copies_ = false;
  std::uint64_t copies_from_ = 0;
  std::uint64_t copies_to_ = 0;
  std::deque<std::string> damages_;  // the latest ones, or the ends of those that are long
  std::multimap<Version, HiddenRecord> hidden_;
  std::map<std::uint64_t, Version> uncertain_keys_;     // by hash
  std::map<Version, std::set<std::uint64_t>> records_;  // hashes, by version
  std::deque<Version> order_;                           // of `records_`
};

}  // namespace persist::log
