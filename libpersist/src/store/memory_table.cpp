#include "store/memory_table.hpp"

#include <algorithm>
#include <utility>

namespace persist::store {
namespace {

// Large enough that threads and merges cost little, small enough to be sorted within a core's
// cache.
constexpr std::size_t max_segment_records = 65'536;
constexpr std::size_t min_segment_records = 256;
// Sorting takes an item of 16 bytes for each record.
constexpr std::size_t sorting_bytes_per_record = 16;
constexpr std::size_t max_chunk_bytes = std::size_t{4} << 20U;
constexpr std::size_t min_chunk_bytes = 4096;

std::size_t chunk_bytes_for(std::uint64_t budget_bytes) {
  return std::clamp<std::size_t>(budget_bytes / 16, min_chunk_bytes, max_chunk_bytes);
}

std::size_t segment_records_for(std::uint64_t budget_bytes) {
  return std::clamp<std::size_t>(budget_bytes / 1024, min_segment_records, max_segment_records);
}

}  // namespace

MemoryTable::MemoryTable(std::uint64_t budget_bytes, Keep keep)
    : budget_bytes_(budget_bytes),
      segment_records_(segment_records_for(budget_bytes)),
      arena_(chunk_bytes_for(budget_bytes)),
      runs_(keep) {}

// The budget is looked at only here: between two chunks nothing grows but addresses, and those of a
// whole chunk are counted when it is taken.
const char* MemoryTable::add_to_new_chunk(const RecordView& record) {
  if (!is_empty() && !has_room_for(record)) {
    // Chunks that were filled before the last clear() may take the room that addresses need now.
    arena_.drop_unused_chunks();
    if (!has_room_for(record)) return nullptr;
  }
  if (!arena_.grow(record)) return nullptr;
  prepare_next_chunk();
  return arena_.try_append(record);
}

bool MemoryTable::has_room_for(const RecordView& record) const noexcept {
  return allocated_bytes() + arena_.growth_bytes(record) <= budget_bytes_;
}

// The system clears memory when it is first touched, which takes as long as filling it: the worker
// touches the next chunk while this one is being filled.
void MemoryTable::prepare_next_chunk() {
  if (allocated_bytes() + max_chunk_bytes > budget_bytes_) return;
  const std::span<char> spare = arena_.map_spare_chunk();
  if (spare.size() < max_chunk_bytes) return;
  worker_.submit([spare] { populate(spare); }, platform::BackgroundWorker::Urgency::first);
}

std::uint64_t MemoryTable::allocated_bytes() const noexcept {
  constexpr std::size_t address_bytes = 2 * sizeof(const char*);  // a merge holds them twice
  return arena_.allocated_bytes() + (closed_records_ + segment_records_) * address_bytes +
         segment_records_ * sorting_bytes_per_record;
}

void MemoryTable::close_segment() {
  closed_records_ += segment_.size();
  Segment next;
  next.reserve(segment_records_);
  std::swap(segment_, next);
  worker_.submit(
      [this, closed = std::move(next), is_sorted = std::exchange(ascends_, true)]() mutable {
        if (!is_sorted) runs_.sort(closed);
        runs_.add_sorted(std::move(closed));
      });
}

void MemoryTable::finish() {
  closed_records_ += segment_.size();
  if (!ascends_) runs_.sort(segment_);  // while the worker ends its own
  worker_.wait_until_idle();
  runs_.append_sorted(std::exchange(segment_, {}));
  ascends_ = true;
  arena_.drop_unused_chunks();
}

// As the longest run divides.
std::vector<ByteView> MemoryTable::part_starts(std::uint64_t part_bytes) const {
  std::vector<ByteView> starts{{}};
  if (runs().empty()) return starts;
  const MemoryRun& longest = std::ranges::max(runs(), {}, &MemoryRun::records);
  const std::uint64_t parts = arena_.allocated_bytes() / part_bytes + 1;
  const std::uint64_t step = longest.records() / parts + 1;
  std::uint64_t next = step;
  for (const Segment& segment : longest.segments) {
    for (; next < segment.size(); next += step) starts.push_back(stored_key(segment[next]));
    next -= segment.size();
  }
  return starts;
}

void MemoryTable::clear() {
  runs_.clear();
  closed_records_ = 0;
  arena_.clear();
}

}  // namespace persist::store
