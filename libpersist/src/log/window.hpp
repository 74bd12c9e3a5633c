// A sliding, buffered view over a file: readers see contiguous bytes at any offset, memory stays a
// few MiB. A file that shrinks while it is read (a live log) simply ends earlier. A large one that
// is walked through is read by a thread ahead of the reader; File's read_at() is thread-safe.
#pragma once

#include <atomic>
#include <memory>
#include <optional>
#include <persist/file_system.hpp>
#include <vector>

#include "log/read_ahead.hpp"

namespace persist::log {

class Window {
 public:
  static constexpr std::size_t default_capacity_bytes = std::size_t{1} << 20U;

  // Reads `file` up to `end`; nothing is read before the first view().
  Window(File& file, std::uint64_t end, std::atomic<std::uint64_t>* progress = nullptr,
         std::size_t capacity_bytes = default_capacity_bytes);

  // The bytes from `offset` on: at least `wanted_bytes` of them unless the file ends before,
  // usually more. Valid until the next call. The buffer grows to `wanted_bytes`, so callers bound
  // it by what they have proven to be there, never by a declared length alone.
  [[nodiscard]] Result<ByteView> view(std::uint64_t offset, std::size_t wanted_bytes) {
    if (offset >= start_ && offset + wanted_bytes <= start_ + filled_) {
      return bytes().substr(offset - start_);
    }
    return refill(offset, wanted_bytes);
  }

  // Where reading ends: the `end` given, or the file's own when that came first.
  [[nodiscard]] std::uint64_t end() const noexcept { return end_; }
  [[nodiscard]] std::uint64_t remaining(std::uint64_t offset) const noexcept {
    return offset < end_ ? end_ - offset : 0;
  }
  [[nodiscard]] File& file() const noexcept { return *file_; }

 private:
  [[nodiscard]] ByteView bytes() const noexcept { return {buffer_.data() + begin_, filled_}; }
  [[nodiscard]] Result<ByteView> refill(std::uint64_t offset, std::size_t wanted_bytes);
  [[nodiscard]] Result<> read_here(std::uint64_t offset, std::size_t wanted_bytes);
  [[nodiscard]] Result<bool> take_what_was_read_ahead(std::uint64_t offset,
                                                      std::size_t wanted_bytes);
  void read_ahead();
  void note_read(std::size_t got, std::size_t asked);

  File* file_;
  std::uint64_t end_;
  std::atomic<std::uint64_t>* progress_;
  std::size_t capacity_;
  std::vector<char> buffer_;
  std::size_t begin_ = 0;    // in it
  std::uint64_t start_ = 0;  // file offset of buffer_[begin_]
  std::size_t filled_ = 0;
  std::optional<std::uint64_t> reached_;  // for progress: what is read again counts once
  std::unique_ptr<ReadAhead> ahead_;      // once it is worth a thread
  unsigned refills_without_ = 0;          // are left until reading ahead is tried again
};

}  // namespace persist::log
