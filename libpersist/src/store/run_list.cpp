#include "store/run_list.hpp"

#include <algorithm>
#include <span>

#include "store/merge.hpp"

namespace persist::store {
namespace {

// So many runs of one kind are merged into one: who reads them has few to choose from.
constexpr std::size_t merge_width = 8;
constexpr std::size_t merged_segment_records = 65'536;

MemoryRun merge_runs(std::span<const MemoryRun> runs, Keep keep) {
  std::vector<MemoryCursor> cursors;
  MemoryRun merged;
  for (const MemoryRun& run : runs) {
    cursors.emplace_back(run, ByteView());
    merged.merges = std::max(merged.merges, run.merges + 1);
  }
  Merge<MemoryCursor> merge(std::move(cursors), keep);
  while (merge.next()) {
    if (merged.segments.empty() || merged.segments.back().size() == merged_segment_records) {
      merged.segments.emplace_back();
    }
    merged.segments.back().push_back(merge.top().address());
  }
  return merged;
}

}  // namespace

void RunList::add_sorted(Segment segment) {
  append_sorted(std::move(segment));
  merge_newest();
}

// A segment that continues the run before it becomes a part of it: keys that ascend make one run.
void RunList::append_sorted(Segment segment) {
  if (segment.empty()) return;
  if (runs_.empty() || stored_key(segment.front()) <= stored_key(runs_.back().last())) {
    runs_.emplace_back();
  }
  runs_.back().segments.push_back(std::move(segment));
}

void RunList::merge_newest() {
  while (runs_.size() >= merge_width) {
    const auto newest = std::span(runs_).last(merge_width);
    const unsigned merges = newest.back().merges;
    if (!std::ranges::all_of(newest, [=](const auto& run) { return run.merges == merges; })) return;
    MemoryRun merged = merge_runs(newest, keep_);
    runs_.resize(runs_.size() - merge_width);
    runs_.push_back(std::move(merged));
  }
}

}  // namespace persist::store
