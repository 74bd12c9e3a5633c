// A sorted run of records in memory: addresses of stored records, keys ascending, of one key the
// newest version first. Its twin on disk is spilled_run.hpp.
#pragma once

#include <vector>

#include "store/record_arena.hpp"

namespace persist::store {

// Which of a key's records a run keeps.
enum class Keep {
  newest,        // the newest version only, a delete included
  all_versions,  // one record of each version
};

// Sorted and free of superseded records, or not yet: the sorter's unit of work.
using Segment = std::vector<const char*>;

struct MemoryRun {
  std::vector<Segment> segments;  // none empty; each begins behind the end of the one before it
  unsigned merges = 0;            // how often its records were merged already

  [[nodiscard]] std::size_t records() const noexcept;
  [[nodiscard]] const char* first() const noexcept { return segments.front().front(); }
  [[nodiscard]] const char* last() const noexcept { return segments.back().back(); }
};

// Sorts by key, version (newest first) and arrival (last first), where `segment` is in order of
// arrival, and drops what `keep` does not ask for.
void sort_segment(Segment& segment, Keep keep);

// Walks over a run from the first key that is not below `from`.
class MemoryCursor {
 public:
  static constexpr bool views_are_stable = true;  // keys and values stay where they are

  MemoryCursor(const MemoryRun& run, ByteView from) noexcept;

  // False at the end.
  [[nodiscard]] bool advance() noexcept {
    if (at_ == end_ && !next_segment()) return false;
    if (end_ - at_ > prefetch_distance) prefetch(at_[prefetch_distance]);
    record_ = stored_record(*at_);
    address_ = *at_++;
    return true;
  }
  [[nodiscard]] ByteView key() const noexcept { return record_.key; }
  [[nodiscard]] Version version() const noexcept { return record_.version; }
  [[nodiscard]] const RecordView& record() const noexcept { return record_; }
  [[nodiscard]] const char* address() const noexcept { return address_; }
  [[nodiscard]] ByteView last_key() const noexcept { return stored_key(run_->last()); }

 private:
  // Records lie in order of arrival, so in order of keys every one is a cache miss or several:
  // asked for this early, they are there when it is their turn.
  static constexpr std::ptrdiff_t prefetch_distance = 8;
  static void prefetch(const char* record) noexcept {
    __builtin_prefetch(record);
    __builtin_prefetch(record + 64);
    __builtin_prefetch(record + 128);
    __builtin_prefetch(record + 192);
    __builtin_prefetch(record + 256);
  }
  [[nodiscard]] bool next_segment() noexcept;

  const MemoryRun* run_;
  std::size_t next_segment_ = 0;
  const char* const* at_ = nullptr;
  const char* const* end_ = nullptr;
  RecordView record_;
  const char* address_ = nullptr;
};

}  // namespace persist::store
