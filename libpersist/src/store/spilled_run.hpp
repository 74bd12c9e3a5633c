// A sorted run of records in a temporary file; the twin of memory_run.hpp.
//
// Layout of a record: shared key bytes with the record before it, further key bytes, value length +
// 1 (0 is a delete), version, each as LEB128; the further key bytes; the value. At every mark the
// key is written whole, so that reading can begin there.
#pragma once

#include <memory>
#include <persist/file_system.hpp>
#include <string>
#include <vector>

#include "store/record_arena.hpp"

namespace persist::store {

struct SpilledRun {
  // Places to begin reading, one every few hundred KiB.
  struct Mark {
    std::uint64_t offset;
    std::string key;
  };
  std::uint64_t offset = 0;
  std::uint64_t length = 0;
  std::vector<Mark> marks;  // the first is the run's first record
  std::string last_key;
};

class RunWriter {
 public:
  // Writes from `offset` on. `mark_bytes`: about how much memory the run's marks may take.
  RunWriter(File& file, std::uint64_t offset, std::size_t buffer_bytes, std::size_t mark_bytes);

  // Records in the order of a run.
  [[nodiscard]] Result<> add(const RecordView& record);
  [[nodiscard]] Result<SpilledRun> finish();

 private:
  [[nodiscard]] Result<> write(ByteView bytes);
  [[nodiscard]] Result<> flush();
  void set_mark(ByteView key);

  File* file_;
  std::string buffer_;
  std::size_t buffer_bytes_;
  std::size_t mark_limit_bytes_;
  std::size_t mark_used_bytes_ = 0;
  std::uint64_t mark_distance_bytes_;
  std::uint64_t written_;  // offset of the buffer in the file
  SpilledRun run_;
};

// Walks over a run from the first key that is not below `from`. Holds one buffer, the current key,
// and the current value when that is larger than the buffer.
class SpilledCursor {
 public:
  static constexpr bool views_are_stable = false;  // advance() invalidates them

  SpilledCursor(File& file, const SpilledRun& run, std::size_t buffer_bytes, ByteView from);

  // False at the end and on errors.
  [[nodiscard]] bool advance();
  [[nodiscard]] ByteView key() const noexcept { return key_; }
  [[nodiscard]] Version version() const noexcept { return version_; }
  [[nodiscard]] ByteView last_key() const noexcept { return run_->last_key; }
  // Reads the value, too. On an error its value is missing and error() is set.
  [[nodiscard]] RecordView record();
  [[nodiscard]] const std::unique_ptr<Error>& error() const noexcept { return error_; }

 private:
  [[nodiscard]] bool step();
  [[nodiscard]] bool load_value();
  [[nodiscard]] bool skip_value();
  [[nodiscard]] bool take(char* into, std::uint64_t length);
  // Makes up to `length` bytes (at most the buffer) contiguous at at_; fewer only at the run's end.
  [[nodiscard]] bool fill(std::size_t length);
  [[nodiscard]] bool read(char* into, std::size_t length);
  void move_to_front() noexcept;
  bool fail_with(Error error);
  [[nodiscard]] std::size_t buffered() const noexcept { return filled_ - at_; }
  [[nodiscard]] std::uint64_t remaining() const noexcept {
    return end_offset_ - offset_ + buffered();
  }

  File* file_;
  const SpilledRun* run_;
  std::uint64_t offset_;  // of the next byte to read into the buffer
  std::uint64_t end_offset_;
  // From the system: many of these come and go, and a heap would keep what is freed.
  MemoryRegion buffer_;
  std::size_t at_ = 0;
  std::size_t filled_ = 0;
  std::string key_;
  Version version_ = 0;
  bool has_value_ = false;
  bool value_is_pending_ = false;  // still in the file or the buffer, at at_
  std::uint64_t value_length_ = 0;
  ByteView value_;
  std::string large_value_;
  bool is_positioned_ = false;  // the constructor found the first record already
  std::unique_ptr<Error> error_;
};

}  // namespace persist::store
