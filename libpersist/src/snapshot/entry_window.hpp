// The part of a source's stream that is held in memory: it grows at the back and is dropped from
// the front.
#pragma once

#include <memory>
#include <persist/formats/bytes.hpp>
#include <utility>
#include <vector>

#include "snapshot/entry_source.hpp"

namespace persist::snapshot {

class EntryWindow {
 public:
  explicit EntryWindow(EntrySource& source) : source_(source) {}

  // Valid until extend(), drop_front() or begin_segment().
  [[nodiscard]] ByteView bytes() const noexcept { return {buffer_.get() + begin_, end_ - begin_}; }
  // Where in the stream bytes() begins.
  [[nodiscard]] std::uint64_t offset() const noexcept { return offset_; }
  [[nodiscard]] std::uint64_t end_offset() const noexcept { return offset_ + (end_ - begin_); }

  // Bytes of this segment that are still to come: the most there can be.
  [[nodiscard]] std::uint64_t remaining_bytes() const noexcept;
  // The segment goes on to what is held and no further: a gap or the end of the stream follows.
  [[nodiscard]] bool is_segment_complete() const noexcept { return complete_; }
  // With a complete segment: what separates it from the next; none at the end of the stream.
  [[nodiscard]] const std::optional<Damage>& gap() const noexcept { return gap_; }

  // Damage met on the way that took no bytes away.
  [[nodiscard]] std::vector<Damage> take_notes() noexcept { return std::exchange(notes_, {}); }

  void drop_front(std::size_t length_bytes) noexcept;
  // Reads on. The buffer grows only when more than half of it is in use, so that an entry of any
  // size costs linear time and no more memory than twice the bytes that really came. Errors: io.
  [[nodiscard]] Result<> extend();
  // Goes behind the gap.
  void begin_segment() noexcept;

 private:
  void make_room();

  EntrySource& source_;
  std::unique_ptr<char[]> buffer_;
  std::size_t capacity_ = 0;
  std::size_t begin_ = 0;
  std::size_t end_ = 0;
  std::uint64_t offset_ = 0;
  bool complete_ = false;
  std::optional<Damage> gap_;
  std::vector<Damage> notes_;
};

}  // namespace persist::snapshot
