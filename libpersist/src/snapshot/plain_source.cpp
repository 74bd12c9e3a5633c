#include "snapshot/plain_source.hpp"

#include <algorithm>

namespace persist::snapshot {

Result<Piece> PlainSource::read(std::span<char> into) {
  const auto want = static_cast<std::size_t>(std::min<std::uint64_t>(into.size(), end_ - at_));
  if (want == 0) return Piece{};
  PERSIST_TRY_ASSIGN(const std::size_t got, file_.read_at(at_, into.first(want)));
  // A file that became shorter while it is read ends where it ends now.
  if (got < want) end_ = at_ + got;
  at_ += got;
  if (progress_ != nullptr) progress_->fetch_add(got, std::memory_order_relaxed);
  if (got == 0) return Piece{};
  return Piece{Piece::Kind::bytes, got, {}};
}

Result<std::size_t> PlainSource::peek(std::uint64_t offset, std::span<char> into) {
  if (offset >= end_ - begin_) return 0;
  const auto length = std::min<std::uint64_t>(into.size(), end_ - begin_ - offset);
  return file_.read_at(begin_ + offset, into.first(static_cast<std::size_t>(length)));
}

}  // namespace persist::snapshot
