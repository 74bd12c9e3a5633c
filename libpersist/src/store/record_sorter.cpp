#include "store/record_sorter.hpp"

#include <algorithm>
#include <cerrno>
#include <type_traits>
#include <utility>

#include "store/merge.hpp"

namespace persist::store {
namespace {

constexpr std::uint64_t min_memory_bytes = std::uint64_t{64} << 10U;
// For what is not the sorter's: the reader's buffer, the code, the heap's own waste.
constexpr std::uint64_t max_reserve_bytes = std::uint64_t{16} << 20U;
constexpr std::size_t min_buffer_bytes = 4096;
constexpr std::size_t max_buffer_bytes = std::size_t{1} << 20U;
// Of the memory, for each run's marks: with a thousand runs they may take half of it.
constexpr std::uint64_t mark_share = 2048;
constexpr std::uint64_t records_between_polls = 4096;

std::size_t share_of(std::uint64_t bytes, std::uint64_t parts) {
  return std::clamp<std::size_t>(bytes / parts, min_buffer_bytes, max_buffer_bytes);
}

// A temporary file has no name: what the operator can act on is the directory.
template <class T>
Result<T> in_temp_dir(Result<T> result, const std::string& temp_dir) {
  if (result) return result;
  Error error = std::move(result).error();
  error.path = temp_dir;
  error.offset.reset();
  error.message += " (temporary data that does not fit into memory)";
  if (error.code == ErrorCode::no_space) {
    error.advice = "choose a temporary directory with more room, or allow more memory";
  }
  return std::unexpected(std::move(error));
}

std::vector<SpilledCursor> open_cursors(File& file, std::span<const SpilledRun> runs,
                                        std::size_t memory_bytes, ByteView from) {
  const std::size_t buffer_bytes = share_of(memory_bytes, std::max<std::size_t>(runs.size(), 1));
  std::vector<SpilledCursor> cursors;
  cursors.reserve(runs.size());
  for (const SpilledRun& run : runs) cursors.emplace_back(file, run, buffer_bytes, from);
  return cursors;
}

std::vector<MemoryCursor> open_cursors(const MemoryTable& table, ByteView from) {
  std::vector<MemoryCursor> cursors;
  cursors.reserve(table.runs().size());
  for (const MemoryRun& run : table.runs()) cursors.emplace_back(run, from);
  return cursors;
}

// The versions of the key that is being read, newest first, until the key is complete. Views into a
// cursor's buffer die when it moves on, so values are copied then; those in memory stay.
class Group {
 public:
  explicit Group(bool copies) : copies_(copies) {}

  [[nodiscard]] bool is_empty() const noexcept { return versions_.empty(); }
  [[nodiscard]] ByteView key() const noexcept { return copies_ ? ByteView(key_copy_) : key_; }

  void begin(ByteView key) {
    versions_.clear();
    values_.clear();
    key_ = key;
    if (copies_) key_copy_.assign(key);
  }
  void add(const RecordView& record) {
    versions_.push_back({record.version, record.value});
    if (copies_ && record.value) values_.append(*record.value);
  }
  // Oldest first, as visitors want them.
  [[nodiscard]] std::span<const VersionedValue> versions() {
    if (copies_) point_into_copies();
    std::ranges::reverse(versions_);
    return versions_;
  }

 private:
  void point_into_copies() {
    std::size_t at = 0;
    for (auto& version : versions_) {
      if (!version.value) continue;
      version.value = ByteView(values_).substr(at, version.value->size());
      at += version.value->size();
    }
  }

  bool copies_;
  ByteView key_;
  std::string key_copy_;
  std::vector<VersionedValue> versions_;
  std::string values_;
};

// Whether a walk over records goes on: inside the range, and nobody asked to stop.
class Walk {
 public:
  Walk(const KeyRange& range, const std::function<bool()>& should_stop)
      : to_(range.to), should_stop_(should_stop) {}

  [[nodiscard]] bool goes_on(ByteView key) {
    if (to_ && key >= *to_) return false;
    if (++records_ % records_between_polls != 0 || !should_stop_) return true;
    interrupted_ = should_stop_();
    return !interrupted_;
  }
  [[nodiscard]] Result<> status() const {
    if (interrupted_) return fail(ErrorCode::interrupted, {}, "stopped as asked");
    return {};
  }

 private:
  std::optional<ByteView> to_;
  const std::function<bool()>& should_stop_;
  std::uint64_t records_ = 0;
  bool interrupted_ = false;
};

template <class Cursor>
void visit_newest(Merge<Cursor>& merge, Walk& walk, const State::Visitor& visit) {
  while (merge.next() && walk.goes_on(merge.top().key())) {
    const RecordView record = merge.top().record();
    if (!record.value) continue;
    const VersionedValue newest{record.version, record.value};
    if (!visit({record.key, std::span(&newest, 1)})) return;
  }
}

template <class Cursor>
void visit_history(Merge<Cursor>& merge, Walk& walk, const State::Visitor& visit) {
  Group group(!Cursor::views_are_stable);
  while (merge.next() && walk.goes_on(merge.top().key())) {
    const RecordView record = merge.top().record();
    if (group.is_empty() || record.key != group.key()) {
      if (!group.is_empty() && !visit({group.key(), group.versions()})) return;
      group.begin(record.key);
    }
    group.add(record);
  }
  if (!group.is_empty() && merge.status() && walk.status()) {
    visit({group.key(), group.versions()});
  }
}

}  // namespace

template <class Cursor>
Result<> SortedRecords::visit_all(std::vector<Cursor> cursors, const KeyRange& range,
                                  const std::function<bool()>& should_stop,
                                  const State::Visitor& visit) const {
  Merge<Cursor> merge(std::move(cursors), options_.keep);
  Walk walk(range, should_stop);
  if (options_.keep == Keep::newest) {
    visit_newest(merge, walk, visit);
  } else {
    visit_history(merge, walk, visit);
  }
  PERSIST_TRY(in_temp_dir(merge.status(), options_.temp_dir));
  return walk.status();
}

Result<> SortedRecords::walk(const KeyRange& range, const std::function<bool()>& should_stop,
                             const State::Visitor& visit) const {
  if (table_) return visit_all(open_cursors(*table_, range.from), range, should_stop, visit);
  return visit_all(open_cursors(*spill_, runs_, merge_memory_bytes_, range.from), range,
                   should_stop, visit);
}

std::vector<ByteView> SortedRecords::part_starts(std::uint64_t part_bytes) const {
  return table_ ? table_->part_starts(part_bytes) : std::vector<ByteView>{{}};
}

RecordSorter::RecordSorter(FileSystem& files, SorterOptions options)
    : files_(&files), options_(std::move(options)) {
  const std::uint64_t memory_bytes = std::max(options_.max_memory_bytes, min_memory_bytes);
  budget_bytes_ = memory_bytes - std::min(memory_bytes / 8, max_reserve_bytes);
  table_ = std::make_unique<MemoryTable>(budget_bytes_, options_.keep);
}

Result<> RecordSorter::spill_and_add(const RecordView& record) {
  if (!table_->is_empty()) {
    PERSIST_TRY(spill());
    if (table_->add(record)) return {};
  }
  const std::size_t size_bytes = record.key.size() + (record.value ? record.value->size() : 0);
  return std::unexpected(Error{
      ErrorCode::no_memory,
      "the machine has no memory left for a record of " + std::to_string(size_bytes) + " bytes",
      {},
      std::nullopt,
      "let it have more",
      ENOMEM});
}

Result<std::unique_ptr<File>> RecordSorter::create_spill_file() {
  return in_temp_dir(files_->create_temporary(options_.temp_dir), options_.temp_dir);
}

Result<> RecordSorter::spill() {
  if (!spill_) {
    PERSIST_TRY_ASSIGN(spill_, create_spill_file());
  }
  table_->finish();
  PERSIST_TRY(write_run(open_cursors(*table_, {}), *spill_, spill_end_));
  table_->clear();
  return {};
}

template <class Cursor>
Result<> RecordSorter::write_run(std::vector<Cursor> cursors, File& file, std::uint64_t& end) {
  Merge<Cursor> merge(std::move(cursors), options_.keep);
  Walk walk({}, options_.should_stop);
  RunWriter writer(file, end, share_of(budget_bytes_, 32), budget_bytes_ / mark_share);
  while (merge.next() && walk.goes_on(merge.top().key())) {
    PERSIST_TRY(in_temp_dir(writer.add(merge.top().record()), options_.temp_dir));
  }
  PERSIST_TRY(walk.status());
  PERSIST_TRY(in_temp_dir(merge.status(), options_.temp_dir));
  PERSIST_TRY_ASSIGN(SpilledRun run, in_temp_dir(writer.finish(), options_.temp_dir));
  end += run.length;
  spilled_bytes_ += run.length;
  runs_.push_back(std::move(run));
  return {};
}

// Merges neighbours, so that runs stay in order of arrival, in as many passes as it takes.
Result<> RecordSorter::merge_down_to(std::size_t fan_in) {
  while (runs_.size() > fan_in) {
    const std::vector<SpilledRun> inputs = std::exchange(runs_, {});
    const std::unique_ptr<File> input = std::exchange(spill_, nullptr);
    PERSIST_TRY_ASSIGN(spill_, create_spill_file());
    spill_end_ = 0;
    for (std::size_t begin = 0; begin < inputs.size(); begin += fan_in) {
      const auto group = std::span(inputs).subspan(begin, std::min(fan_in, inputs.size() - begin));
      PERSIST_TRY(
          write_run(open_cursors(*input, group, budget_bytes_ / 2, {}), *spill_, spill_end_));
    }
  }
  return {};
}

Result<SortedRecords> RecordSorter::finish() {
  SortedRecords sorted;
  sorted.options_ = options_;
  if (!spill_) {
    table_->finish();
    sorted.table_ = std::move(table_);
    return sorted;
  }
  if (!table_->is_empty()) PERSIST_TRY(spill());
  table_.reset();
  const std::uint64_t smallest_buffer =
      std::clamp<std::uint64_t>(budget_bytes_ / 64, min_buffer_bytes, max_buffer_bytes / 16);
  sorted.merge_memory_bytes_ = budget_bytes_ / 2;
  PERSIST_TRY(merge_down_to(std::max<std::uint64_t>(2, budget_bytes_ / 2 / smallest_buffer)));
  sorted.spill_ = std::move(spill_);
  sorted.runs_ = std::move(runs_);
  sorted.spilled_bytes_ = spilled_bytes_;
  return sorted;
}

}  // namespace persist::store
