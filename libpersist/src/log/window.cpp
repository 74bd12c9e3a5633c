#include "log/window.hpp"

#include <algorithm>
#include <cstring>
#include <string>

namespace persist::log {
namespace {

// Files with less to come are read before a thread has started.
constexpr std::size_t least_windows_ahead = 4;
// What is left of a window when the next one is wanted, a record cut by its end, moves in front of
// the piece that was read ahead: up to this part of a window.
constexpr std::size_t headroom_part = 4;
// A reader that jumps, or whose records are larger, does not want what was read ahead.
constexpr unsigned refills_without_after_miss = 16;

}  // namespace

Window::Window(File& file, std::uint64_t end, std::atomic<std::uint64_t>* progress,
               std::size_t capacity_bytes)
    : file_(&file), end_(end), progress_(progress), capacity_(capacity_bytes) {}

Result<ByteView> Window::refill(std::uint64_t offset, std::size_t wanted_bytes) {
  if (offset >= end_) return ByteView{};
  const bool goes_on = filled_ > 0 && offset >= start_ && offset <= start_ + filled_;
  PERSIST_TRY_ASSIGN(const bool was_there, take_what_was_read_ahead(offset, wanted_bytes));
  if (!was_there) PERSIST_TRY(read_here(offset, wanted_bytes));
  if (goes_on) read_ahead();
  return bytes();
}

Result<> Window::read_here(std::uint64_t offset, std::size_t wanted_bytes) {
  const std::uint64_t left = end_ - offset;
  const auto fill =
      static_cast<std::size_t>(std::min<std::uint64_t>(left, std::max(capacity_, wanted_bytes)));
  std::size_t kept = 0;
  if (offset >= start_ && offset < start_ + filled_) {
    const auto skip = begin_ + static_cast<std::size_t>(offset - start_);
    kept = std::min(begin_ + filled_ - skip, fill);
    if (buffer_.size() >= fill) {
      std::memmove(buffer_.data(), buffer_.data() + skip, kept);
    } else {
      // Growing: a fresh buffer, so that the old bytes are copied once.
      std::vector<char> grown(fill);
      std::memcpy(grown.data(), buffer_.data() + skip, kept);
      buffer_.swap(grown);
    }
  } else if (buffer_.size() < fill) {
    buffer_ = std::vector<char>(fill);
  }
  if (buffer_.size() > 4 * std::max(fill, capacity_)) {
    buffer_.resize(std::max(fill, capacity_));
    buffer_.shrink_to_fit();  // one huge commit does not hold its memory for the rest of the file
  }
  begin_ = 0;
  start_ = offset;
  filled_ = kept;
  if (kept == fill) return {};
  PERSIST_TRY_ASSIGN(const std::size_t got,
                     file_->read_at(offset + kept, std::span(buffer_).subspan(kept, fill - kept)));
  note_read(got, fill - kept);
  return {};
}

void Window::note_read(std::size_t got, std::size_t asked) {
  filled_ += got;
  const std::uint64_t reached = start_ + filled_;
  if (got < asked) end_ = reached;  // the file is shorter than it was
  const std::uint64_t before = reached_.value_or(start_);
  if (progress_ != nullptr && reached > before) {
    progress_->fetch_add(reached - before, std::memory_order_relaxed);
  }
  reached_ = std::max(before, reached);
}

// False when there is nothing, or something else.
Result<bool> Window::take_what_was_read_ahead(std::uint64_t offset, std::size_t wanted_bytes) {
  if (!ahead_ || !ahead_->is_begun()) return false;
  const std::uint64_t next = start_ + filled_;
  const bool goes_on = offset >= start_ && offset <= next;
  const std::size_t headroom = capacity_ / headroom_part;
  const auto kept = goes_on ? static_cast<std::size_t>(next - offset) : std::size_t{0};
  const auto wanted =
      static_cast<std::size_t>(std::min<std::uint64_t>(wanted_bytes, end_ - offset));
  if (!goes_on || kept > headroom || !ahead_->has(next, wanted - std::min(kept, wanted))) {
    ahead_->drop();
    refills_without_ = refills_without_after_miss;
    return false;
  }
  const std::string tail(bytes().substr(offset - start_));
  const std::size_t asked = ahead_->length();
  PERSIST_TRY_ASSIGN(const std::size_t got, ahead_->take(buffer_));
  begin_ = headroom - kept;
  std::memcpy(buffer_.data() + begin_, tail.data(), kept);
  start_ = offset;
  filled_ = kept;
  note_read(got, asked);
  return true;
}

void Window::read_ahead() {
  if (ahead_ && ahead_->is_begun()) return;
  const std::uint64_t next = start_ + filled_;
  const std::uint64_t left = remaining(next);
  if (left == 0 || refills_without_ > 0) {
    if (refills_without_ > 0) --refills_without_;
    return;
  }
  if (!ahead_) {
    if (capacity_ < default_capacity_bytes || left < least_windows_ahead * capacity_) return;
    ahead_ = std::make_unique<ReadAhead>(*file_, capacity_ / headroom_part, capacity_);
  }
  ahead_->begin(next, end_);
}

}  // namespace persist::log
