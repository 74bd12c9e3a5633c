#include "store/memory_table.hpp"

#include <algorithm>
#include <condition_variable>
#include <deque>
#include <mutex>
#include <span>
#include <system_error>
#include <thread>

#include "store/merge.hpp"

namespace persist::store {
namespace {

// Large enough that threads and merges cost little, small enough to be sorted within a core's
// cache.
constexpr std::size_t max_segment_records = 65'536;
constexpr std::size_t min_segment_records = 256;
// Sorting takes an item of 16 bytes for each record.
constexpr std::size_t sorting_bytes_per_record = 16;
constexpr std::size_t max_chunk_bytes = std::size_t{8} << 20U;
constexpr std::size_t min_chunk_bytes = 4096;
// So many runs of one kind are merged into one: reading then has few runs to choose from.
constexpr std::size_t merge_width = 8;

std::size_t chunk_bytes_for(std::uint64_t budget_bytes) {
  return std::clamp<std::size_t>(budget_bytes / 16, min_chunk_bytes, max_chunk_bytes);
}

std::size_t segment_records_for(std::uint64_t budget_bytes) {
  return std::clamp<std::size_t>(budget_bytes / 1024, min_segment_records, max_segment_records);
}

MemoryRun merge_runs(std::span<const MemoryRun> runs, Keep keep) {
  std::vector<MemoryCursor> cursors;
  MemoryRun merged;
  for (const MemoryRun& run : runs) {
    cursors.emplace_back(run, ByteView());
    merged.merges = std::max(merged.merges, run.merges + 1);
  }
  Merge<MemoryCursor> merge(std::move(cursors), keep);
  while (merge.next()) {
    if (merged.segments.empty() || merged.segments.back().size() == max_segment_records) {
      merged.segments.emplace_back();
    }
    merged.segments.back().push_back(merge.top().address());
  }
  return merged;
}

}  // namespace

class MemoryTable::Sorting {
 public:
  explicit Sorting(Keep keep) : keep_(keep) {}
  ~Sorting() {
    {
      const std::lock_guard lock(mutex_);
      stopping_ = true;
    }
    wake_.notify_one();
    if (thread_.joinable()) thread_.join();
  }
  Sorting(const Sorting&) = delete;
  Sorting& operator=(const Sorting&) = delete;

  // Sorts it soon. The first call starts the thread; a machine that refuses one sorts here.
  void submit(Segment segment) {
    if (!thread_.joinable() && !start_thread()) {
      add_run(std::move(segment));
      return;
    }
    {
      const std::lock_guard lock(mutex_);
      waiting_.push_back(std::move(segment));
    }
    wake_.notify_one();
  }

  // Sorts `last` here, while the thread works off the others.
  void finish(Segment last) {
    sort_segment(last, keep_);
    {
      std::unique_lock lock(mutex_);
      idle_.wait(lock, [this] { return waiting_.empty() && !working_; });
    }
    if (!last.empty()) append(std::move(last));
  }

  [[nodiscard]] const std::vector<MemoryRun>& runs() const noexcept { return runs_; }
  void clear() { runs_.clear(); }

 private:
  [[nodiscard]] bool start_thread() {
    try {
      thread_ = std::thread([this] { work(); });
      return true;
    } catch (const std::system_error&) {
      return false;
    }
  }

  void work() {
    std::unique_lock lock(mutex_);
    for (;;) {
      wake_.wait(lock, [this] { return stopping_ || !waiting_.empty(); });
      if (stopping_) return;
      Segment segment = std::move(waiting_.front());
      waiting_.pop_front();
      working_ = true;
      lock.unlock();
      add_run(std::move(segment));
      lock.lock();
      working_ = false;
      if (waiting_.empty()) idle_.notify_one();
    }
  }

  void add_run(Segment segment) {
    sort_segment(segment, keep_);
    append(std::move(segment));
    merge_newest();
  }

  // A segment that continues the run before it becomes a part of it: keys that ascend make one run.
  void append(Segment segment) {
    if (runs_.empty() || stored_key(segment.front()) <= stored_key(runs_.back().last())) {
      runs_.emplace_back();
    }
    runs_.back().segments.push_back(std::move(segment));
  }

  void merge_newest() {
    while (runs_.size() >= merge_width) {
      const auto newest = std::span(runs_).last(merge_width);
      const unsigned merges = newest.back().merges;
      if (!std::ranges::all_of(newest, [=](const auto& run) { return run.merges == merges; }))
        return;
      MemoryRun merged = merge_runs(newest, keep_);
      runs_.resize(runs_.size() - merge_width);
      runs_.push_back(std::move(merged));
    }
  }

  Keep keep_;
  std::vector<MemoryRun> runs_;  // the thread's, while something waits or is worked on
  std::thread thread_;
  std::mutex mutex_;
  std::condition_variable wake_;
  std::condition_variable idle_;
  std::deque<Segment> waiting_;
  bool working_ = false;
  bool stopping_ = false;
};

MemoryTable::MemoryTable(std::uint64_t budget_bytes, Keep keep)
    : budget_bytes_(budget_bytes),
      segment_records_(segment_records_for(budget_bytes)),
      arena_(chunk_bytes_for(budget_bytes)),
      sorting_(std::make_unique<Sorting>(keep)) {}

MemoryTable::~MemoryTable() = default;

// The budget is looked at only here: between two chunks nothing grows but addresses, and those of a
// whole chunk are counted when it is taken.
const char* MemoryTable::add_to_new_chunk(const RecordView& record) {
  if (!is_empty() && allocated_bytes() + arena_.growth_bytes(record) > budget_bytes_)
    return nullptr;
  if (!arena_.grow(record)) return nullptr;
  return arena_.try_append(record);
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
  sorting_->submit(std::exchange(segment_, std::move(next)));
}

void MemoryTable::finish() {
  closed_records_ += segment_.size();
  sorting_->finish(std::exchange(segment_, {}));
}

const std::vector<MemoryRun>& MemoryTable::runs() const noexcept {
  return sorting_->runs();
}

void MemoryTable::clear() {
  sorting_->clear();
  closed_records_ = 0;
  arena_.clear();
}

void MemoryTable::release() {
  clear();
  arena_.release();
}

}  // namespace persist::store
