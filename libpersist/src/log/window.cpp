#include "log/window.hpp"

#include <algorithm>
#include <cstring>

namespace persist::log {

Window::Window(File& file, std::uint64_t end, std::atomic<std::uint64_t>* progress,
               std::size_t capacity_bytes)
    : file_(&file), end_(end), progress_(progress), capacity_(capacity_bytes) {}

Result<ByteView> Window::refill(std::uint64_t offset, std::size_t wanted_bytes) {
  if (offset >= end_) return ByteView{};
  const std::uint64_t left = end_ - offset;
  const auto fill =
      static_cast<std::size_t>(std::min<std::uint64_t>(left, std::max(capacity_, wanted_bytes)));
  std::size_t kept = 0;
  if (offset >= start_ && offset < start_ + filled_) {
    const auto skip = static_cast<std::size_t>(offset - start_);
    kept = std::min(filled_ - skip, fill);
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
  start_ = offset;
  filled_ = kept;
  if (kept < fill) {
    PERSIST_TRY_ASSIGN(
        const std::size_t got,
        file_->read_at(offset + kept, std::span(buffer_).subspan(kept, fill - kept)));
    filled_ += got;
    if (got < fill - kept) end_ = offset + filled_;  // the file is shorter than it was
    if (progress_ != nullptr) progress_->fetch_add(got, std::memory_order_relaxed);
  }
  return ByteView(buffer_.data(), filled_);
}

}  // namespace persist::log
