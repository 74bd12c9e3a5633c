// Records in any order in, by key out, in bounded memory: the one ordered mechanism that load,
// dump, snapshot, compact, convert and diff share. An external merge sort that stays in memory when
// it can.
#pragma once

#include <functional>
#include <memory>
#include <persist/state.hpp>
#include <string>
#include <vector>

#include "store/memory_table.hpp"
#include "store/spilled_run.hpp"

namespace persist::store {

struct SorterOptions {
  std::uint64_t max_memory_bytes = std::uint64_t{1} << 30U;
  std::string temp_dir;
  Keep keep = Keep::newest;
  std::function<bool()> should_stop;  // polled while runs are written and visited; may be empty
};

// The sorted records, readable as often as wanted.
class SortedRecords {
 public:
  // With Keep::newest: keys whose newest record is a value, and that one; else all versions.
  [[nodiscard]] Result<> for_each(const KeyRange& range, const State::Visitor& visit) const {
    return walk(range, options_.should_stop, visit);
  }
  // for_each for one of several threads, which polls something else.
  [[nodiscard]] Result<> walk(const KeyRange& range, const std::function<bool()>& should_stop,
                              const State::Visitor& visit) const;
  // Where walks of about `part_bytes` each may begin: keys, ascending, the empty one first. Only
  // that one when the records are not in memory.
  [[nodiscard]] std::vector<ByteView> part_starts(std::uint64_t part_bytes) const;
  [[nodiscard]] std::uint64_t spilled_bytes() const noexcept { return spilled_bytes_; }
  [[nodiscard]] const std::function<bool()>& should_stop() const noexcept {
    return options_.should_stop;
  }

 private:
  friend class RecordSorter;
  template <class Cursor>
  [[nodiscard]] Result<> visit_all(std::vector<Cursor> cursors, const KeyRange& range,
                                   const std::function<bool()>& should_stop,
                                   const State::Visitor& visit) const;

  SorterOptions options_;
  std::unique_ptr<MemoryTable> table_;  // when nothing was spilled
  std::unique_ptr<File> spill_;
  std::vector<SpilledRun> runs_;
  std::size_t merge_memory_bytes_ = 0;
  std::uint64_t spilled_bytes_ = 0;  // written over all, intermediate merges included
};

class RecordSorter {
 public:
  RecordSorter(FileSystem& files, SorterOptions options);

  // Errors: those of the temporary directory, which they name; limit when the machine has no memory
  // left even after spilling; interrupted.
  [[nodiscard]] Result<> add(const RecordView& record) {
    if (table_->add(record)) [[likely]] {
      return {};
    }
    return spill_and_add(record);
  }
  // Nothing may be added after it.
  [[nodiscard]] Result<SortedRecords> finish();

 private:
  [[nodiscard]] Result<> spill_and_add(const RecordView& record);
  [[nodiscard]] Result<> spill();
  [[nodiscard]] Result<> merge_down_to(std::size_t fan_in);
  template <class Cursor>
  [[nodiscard]] Result<> write_run(std::vector<Cursor> cursors, File& file, std::uint64_t& end);
  [[nodiscard]] Result<std::unique_ptr<File>> create_spill_file();

  FileSystem* files_;
  SorterOptions options_;
  std::uint64_t budget_bytes_;
  std::unique_ptr<MemoryTable> table_;
  std::unique_ptr<File> spill_;
  std::uint64_t spill_end_ = 0;
  std::vector<SpilledRun> runs_;
  std::uint64_t spilled_bytes_ = 0;
};

}  // namespace persist::store
