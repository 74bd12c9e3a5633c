// Findings of one file, in the order of their offsets, and no more of them than a report can hold.
#pragma once

#include <persist/log_reader.hpp>
#include <persist/snapshot_reader.hpp>
#include <persist/verify.hpp>

namespace persist {

// What a log's torn tail has to follow to be believed one: a commit or a header before it, or a
// snapshot beside it, of a log that had just been cut.
[[nodiscard]] bool has_anything_sound(const LogSummary& log,
                                      const std::optional<SnapshotSummary>& snapshot) noexcept;
// By the damage's code: an interrupted first write of a header follows nothing.
[[nodiscard]] bool must_follow_something(std::string_view code) noexcept;

// `version-limit`, of the commit or the file that has it.
[[nodiscard]] Finding above_limit_1_1(Version version, std::uint64_t offset, std::uint64_t length);

class FindingList {
 public:
  explicit FindingList(std::size_t max_findings) : max_findings_(max_findings) {}

  void add(Finding finding);
  // What a reader reported; its message says in addition which commit is concerned.
  void add(const Damage& damage, bool can_be_torn_tail);

  // Nothing in the file is sound, so that nobody can call its end torn, if it
  // must_follow_something.
  void deny_torn_tail();

  // Sorted by offset; what did not fit is summed up in a last one.
  [[nodiscard]] std::vector<Finding> take();

 private:
  std::size_t max_findings_;
  std::vector<Finding> findings_;
  std::uint64_t left_out_ = 0;
};

}  // namespace persist
