// The sorted runs of a table, in order of arrival, kept few.
#pragma once

#include <vector>

#include "store/memory_run.hpp"

namespace persist::store {

class RunList {
 public:
  explicit RunList(Keep keep) noexcept : keep_(keep) {}

  // Sorts the segment and appends it.
  void add(Segment segment);
  // The two halves of add(), for sorting beside another thread's add().
  void sort(Segment& segment) const { sort_segment(segment, keep_); }
  void append_sorted(Segment segment);

  [[nodiscard]] const std::vector<MemoryRun>& runs() const noexcept { return runs_; }
  void clear() noexcept { runs_.clear(); }

 private:
  void merge_newest();

  Keep keep_;
  std::vector<MemoryRun> runs_;
};

}  // namespace persist::store
