// The sorted runs of a table, in order of arrival, kept few.
#pragma once

#include <vector>

#include "store/memory_run.hpp"

namespace persist::store {

class RunList {
 public:
  explicit RunList(Keep keep) noexcept : keep_(keep) {}

  // As the list wants segments; beside another thread's add_sorted().
  void sort(Segment& segment) const { sort_segment(segment, keep_); }
  void append_sorted(Segment segment);
  // The same, and merges runs where there are too many.
  void add_sorted(Segment segment);

  [[nodiscard]] const std::vector<MemoryRun>& runs() const noexcept { return runs_; }
  void clear() noexcept { runs_.clear(); }

 private:
  void merge_newest();

  Keep keep_;
  std::vector<MemoryRun> runs_;
};

}  // namespace persist::store
