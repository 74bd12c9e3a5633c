#include "log/read_ahead.hpp"

#include <utility>

namespace persist::log {

void ReadAhead::begin(std::uint64_t offset, std::size_t headroom, std::size_t length) {
  if (buffer_.size() < headroom + length) buffer_.resize(headroom + length);
  offset_ = offset;
  length_ = length;
  is_begun_ = true;
  worker_.submit([this, headroom] {
    read_ = file_.read_at(offset_, std::span(buffer_).subspan(headroom, length_));
  });
}

Result<std::size_t> ReadAhead::take(std::vector<char>& buffer) {
  drop();
  buffer.swap(buffer_);
  return std::exchange(read_, 0);
}

void ReadAhead::drop() {
  worker_.wait_until_idle();
  is_begun_ = false;
}

}  // namespace persist::log
