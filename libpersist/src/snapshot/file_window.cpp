#include "snapshot/file_window.hpp"

#include <algorithm>
#include <cstring>

namespace persist::snapshot {
namespace {

constexpr std::size_t read_length_bytes = std::size_t{256} << 10U;

}  // namespace

Result<ByteView> FileWindow::view(std::uint64_t offset, std::size_t length) {
  if (offset >= size_bytes_) return ByteView{};
  length = static_cast<std::size_t>(std::min<std::uint64_t>(length, size_bytes_ - offset));
  if (offset < offset_ || offset + length > offset_ + held_) PERSIST_TRY(fill(offset, length));
  if (offset >= size_bytes_) return ByteView{};
  const auto begin = static_cast<std::size_t>(offset - offset_);
  return ByteView(buffer_.get() + begin, std::min(length, held_ - begin));
}

// Reads more than was asked for, and at least as much as it keeps, so that what is moved is no more
// than what is read.
Result<> FileWindow::fill(std::uint64_t offset, std::size_t length) {
  const bool overlaps = offset >= offset_ && offset < offset_ + held_;
  const std::size_t kept = overlaps ? static_cast<std::size_t>(offset_ + held_ - offset) : 0;
  const auto wanted = static_cast<std::size_t>(std::min<std::uint64_t>(
      std::max(length, kept) + std::max(read_length_bytes, kept), size_bytes_ - offset));
  const char* const from = buffer_.get() + (held_ - kept);
  if (wanted > capacity_) {
    auto larger = std::make_unique_for_overwrite<char[]>(wanted);
    if (kept > 0) std::memcpy(larger.get(), from, kept);
    buffer_ = std::move(larger);
    capacity_ = wanted;
  } else if (kept > 0) {
    std::memmove(buffer_.get(), from, kept);
  }
  offset_ = offset;
  held_ = kept;
  PERSIST_TRY_ASSIGN(const std::size_t got,
                     file_.read_at(offset + kept, {buffer_.get() + kept, wanted - kept}));
  held_ += got;
  // A file that became shorter while it is read ends where it ends now.
  if (got < wanted - kept) size_bytes_ = offset + held_;
  return {};
}

}  // namespace persist::snapshot
