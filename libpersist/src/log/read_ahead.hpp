// Reads the next piece of a file on a thread of its own while the piece before it is parsed: even
// from the page cache, copying a log takes a third as long as parsing it.
#pragma once

#include <persist/file_system.hpp>
#include <vector>

#include "platform/background_worker.hpp"

namespace persist::log {

class ReadAhead {
 public:
  explicit ReadAhead(File& file) : file_(file) {}

  // Begins to read `length` bytes at `offset` into a buffer, behind `headroom` free ones.
  void begin(std::uint64_t offset, std::size_t headroom, std::size_t length);

  // Whether a piece is under way, or there, that begins at `offset` and has `wanted` bytes.
  [[nodiscard]] bool has(std::uint64_t offset, std::size_t wanted) const noexcept {
    return is_begun_ && offset == offset_ && wanted <= length_;
  }
  [[nodiscard]] bool is_begun() const noexcept { return is_begun_; }
  [[nodiscard]] std::size_t length() const noexcept { return length_; }

  // Waits for the piece and exchanges its buffer for `buffer`; returns how many bytes of it were
  // read, less than asked for only at the end of the file.
  [[nodiscard]] Result<std::size_t> take(std::vector<char>& buffer);
  void drop();

 private:
  File& file_;
  std::uint64_t offset_ = 0;
  std::size_t length_ = 0;
  bool is_begun_ = false;
  std::vector<char> buffer_;  // the worker's while a piece is under way
  Result<std::size_t> read_{0};
  platform::BackgroundWorker worker_;  // the last member: it stops before what it works on goes
};

}  // namespace persist::log
