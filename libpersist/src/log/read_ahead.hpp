// Reads a file piece by piece on a thread of its own while the pieces before are parsed: even from
// the page cache, copying a log takes a third as long as parsing it.
#pragma once

#include <deque>
#include <future>
#include <persist/file_system.hpp>
#include <vector>

#include "platform/background_worker.hpp"

namespace persist::log {

class ReadAhead {
 public:
  // Pieces of `piece_bytes`, each in a buffer behind `headroom_bytes` free ones.
  ReadAhead(File& file, std::size_t headroom_bytes, std::size_t piece_bytes)
      : file_(file), headroom_(headroom_bytes), piece_(piece_bytes) {}

  // Begins to read at `offset`, up to `end`.
  void begin(std::uint64_t offset, std::uint64_t end);
  [[nodiscard]] bool is_begun() const noexcept { return !pieces_.empty(); }

  // Whether the next piece begins at `offset` and has `wanted` bytes.
  [[nodiscard]] bool has(std::uint64_t offset, std::size_t wanted) const noexcept {
    return is_begun() && offset == pieces_.front().offset && wanted <= pieces_.front().length;
  }
  // Of the next piece, unless the file ends in it.
  [[nodiscard]] std::size_t length() const noexcept { return pieces_.front().length; }

  // Waits for the next piece, exchanges its buffer for `buffer` and lets the thread go on; returns
  // how many bytes of it were read, less than asked for only at the end of the file.
  [[nodiscard]] Result<std::size_t> take(std::vector<char>& buffer);
  // Forgets what was read and not taken.
  void drop();

 private:
  struct Piece {
    std::uint64_t offset = 0;
    std::size_t length = 0;
    std::vector<char> buffer;  // the worker's until `read` is there
    std::future<Result<std::size_t>> read;
  };

  void read_more();

  File& file_;
  const std::size_t headroom_;
  const std::size_t piece_;
  std::uint64_t next_ = 0;
  std::uint64_t end_ = 0;
  // Under way, or there. They stay where they are when others come and go.
  std::deque<Piece> pieces_;
  std::vector<std::vector<char>> spare_buffers_;
  platform::BackgroundWorker worker_;  // the last member: it stops before what it works on goes
};

}  // namespace persist::log
