#include "snapshot/entry_window.hpp"

#include <algorithm>
#include <cstring>
#include <limits>

namespace persist::snapshot {
namespace {

// Small enough to stay in a core's cache between the read and the decoding.
constexpr std::size_t initial_capacity_bytes = std::size_t{512} << 10U;

}  // namespace

std::uint64_t EntryWindow::remaining_bytes() const noexcept {
  return complete_ ? 0 : source_.most_bytes_left();
}

void EntryWindow::drop_front(std::size_t length_bytes) noexcept {
  begin_ += length_bytes;
  offset_ += length_bytes;
  source_.forget(offset_);
}

void EntryWindow::make_room() {
  const std::size_t held = end_ - begin_;
  if (held > capacity_ / 2 || buffer_ == nullptr) {
    const std::size_t wanted = std::min<std::uint64_t>(
        std::max(initial_capacity_bytes, 2 * capacity_),
        std::max<std::uint64_t>(
            held + 1, source_.size_bytes().value_or(std::numeric_limits<std::uint64_t>::max())));
    auto larger = std::make_unique_for_overwrite<char[]>(wanted);
    if (held > 0) std::memcpy(larger.get(), buffer_.get() + begin_, held);
    buffer_ = std::move(larger);
    capacity_ = wanted;
  } else if (held > 0) {
    std::memmove(buffer_.get(), buffer_.get() + begin_, held);
  }
  begin_ = 0;
  end_ = held;
}

Result<> EntryWindow::extend() {
  if (source_.size_bytes() == end_offset()) complete_ = true;
  if (complete_) return {};
  // A source that gives little at a time fills the buffer before anything is moved.
  if (end_ == capacity_ || begin_ == end_) make_room();
  PERSIST_TRY_ASSIGN(Piece piece, source_.read({buffer_.get() + end_, capacity_ - end_}));
  switch (piece.kind) {
    case Piece::Kind::bytes:
      end_ += piece.length_bytes;
      break;
    case Piece::Kind::note:
      notes_.push_back(std::move(piece.damage));
      break;
    case Piece::Kind::gap:
      gap_ = std::move(piece.damage);
      complete_ = true;
      break;
    case Piece::Kind::end:
      complete_ = true;
      break;
  }
  return {};
}

void EntryWindow::begin_segment() noexcept {
  offset_ = end_offset();
  begin_ = end_ = 0;
  complete_ = false;
  gap_.reset();
}

}  // namespace persist::snapshot
