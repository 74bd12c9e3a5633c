// Records in memory, in order of arrival at first, in sorted runs in the end. Sorting is done on a
// thread of its own while more records arrive.
#pragma once

#include <vector>

#include "platform/background_worker.hpp"
#include "store/memory_run.hpp"
#include "store/run_list.hpp"

namespace persist::store {

class MemoryTable {
 public:
  // `budget_bytes`: what records, their addresses and the sorting of them may take together.
  MemoryTable(std::uint64_t budget_bytes, Keep keep);
  MemoryTable(const MemoryTable&) = delete;
  MemoryTable& operator=(const MemoryTable&) = delete;

  // Copies the record. False when the budget (or the machine) has no room for it: spill and clear()
  // first. An empty table takes a record of any size.
  [[nodiscard]] bool add(const RecordView& record) {
    const char* address = arena_.try_append(record);
    if (address == nullptr) {
      address = add_to_new_chunk(record);
      if (address == nullptr) return false;
    }
    ascends_ = ascends_ && (segment_.empty() || stored_key(segment_.back()) < record.key);
    segment_.push_back(address);
    if (segment_.size() == segment_records_) close_segment();
    return true;
  }
  [[nodiscard]] bool is_empty() const noexcept { return segment_.empty() && closed_records_ == 0; }

  // Ends the sorting; nothing is added after it until clear().
  void finish();
  // In order of arrival. Only between finish() and the next clear().
  [[nodiscard]] const std::vector<MemoryRun>& runs() const noexcept { return runs_.runs(); }
  // Keys, ascending, that divide the records into parts of about `part_bytes`; the empty one first.
  [[nodiscard]] std::vector<ByteView> part_starts(std::uint64_t part_bytes) const;

  // Forgets all records but keeps the memory for the next ones.
  void clear();

 private:
  [[nodiscard]] const char* add_to_new_chunk(const RecordView& record);
  [[nodiscard]] bool has_room_for(const RecordView& record) const noexcept;
  void prepare_next_chunk();
  [[nodiscard]] std::uint64_t allocated_bytes() const noexcept;
  void close_segment();

  std::uint64_t budget_bytes_;
  std::size_t segment_records_;
  RecordArena arena_;
  Segment segment_;
  bool ascends_ = true;  // its keys do, strictly: seen while they are at hand
  std::uint64_t closed_records_ = 0;
  RunList runs_;                       // the worker's, until it is idle
  platform::BackgroundWorker worker_;  // the last member: it stops before anything it works on goes
};

}  // namespace persist::store
