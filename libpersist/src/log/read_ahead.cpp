#include "log/read_ahead.hpp"

#include <algorithm>
#include <memory>
#include <utility>

namespace persist::log {
namespace {

// With one piece ahead, the parser waits whenever the reader's processor has something else to do
// for a moment (clearing memory, sorting). More than two are no faster.
constexpr std::size_t pieces_ahead = 2;

}  // namespace

void ReadAhead::begin(std::uint64_t offset, std::uint64_t end) {
  next_ = offset;
  end_ = end;
  read_more();
}

void ReadAhead::read_more() {
  while (pieces_.size() < pieces_ahead && next_ < end_) {
    Piece& piece = pieces_.emplace_back();
    piece.offset = next_;
    piece.length = static_cast<std::size_t>(std::min<std::uint64_t>(piece_, end_ - next_));
    next_ += piece.length;
    if (!spare_buffers_.empty()) {
      piece.buffer = std::move(spare_buffers_.back());
      spare_buffers_.pop_back();
    }
    const auto read = std::make_shared<std::packaged_task<Result<std::size_t>()>>([this, &piece] {
      piece.buffer.resize(headroom_ + piece_);
      return file_.read_at(piece.offset, std::span(piece.buffer).subspan(headroom_, piece.length));
    });
    piece.read = read->get_future();
    worker_.submit([read] { (*read)(); });
  }
}

Result<std::size_t> ReadAhead::take(std::vector<char>& buffer) {
  Piece& piece = pieces_.front();
  auto read = piece.read.get();
  buffer.swap(piece.buffer);
  // One that a large record needed does not stay for the rest of the file.
  if (piece.buffer.size() <= headroom_ + piece_) spare_buffers_.push_back(std::move(piece.buffer));
  pieces_.pop_front();
  read_more();
  return read;
}

void ReadAhead::drop() {
  worker_.wait_until_idle();
  for (Piece& piece : pieces_) spare_buffers_.push_back(std::move(piece.buffer));
  pieces_.clear();
}

}  // namespace persist::log
