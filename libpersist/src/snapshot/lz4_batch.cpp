#include "snapshot/lz4_batch.hpp"

#include <lz4.h>

#include <algorithm>
#include <cstring>

namespace persist::snapshot {

void Lz4Batch::add(const Lz4Step& step) {
  data_.append(step.block.data);
  items_.push_back(
      {step.block.range, step.damage, step.block.data.size(), step.block.is_stored, std::nullopt});
}

// `history_` ends where `into` begins.
std::optional<std::size_t> Lz4Batch::decode_block(const Item& item, ByteView data,
                                                  char* into) const {
  if (item.is_stored) {
    std::memcpy(into, data.data(), data.size());
    return data.size();
  }
  const int decoded = LZ4_decompress_safe_usingDict(
      data.data(), into, static_cast<int>(data.size()), static_cast<int>(header_.block_max_bytes),
      history_.data(), static_cast<int>(history_.size()));
  if (decoded < 0) return std::nullopt;
  return static_cast<std::size_t>(decoded);
}

void Lz4Batch::decode(ByteView history) {
  buffer_ = std::make_unique_for_overwrite<char[]>(history.size() + max_decoded_bytes());
  std::memcpy(buffer_.get(), history.data(), history.size());
  char* into = buffer_.get() + history.size();
  history_ = {buffer_.get(), history.size()};
  std::size_t read = 0;
  for (Item& item : items_) {
    const auto length = decode_block(item, ByteView(data_).substr(read, item.length), into);
    read += item.length;
    if (length) item.decoded = ByteView(into, *length);
    into += length.value_or(0);
    const std::size_t known = length ? history_.size() + *length : 0;
    const std::size_t kept = header_.independent_blocks ? 0 : std::min(known, lz4_history_bytes);
    history_ = {into - kept, kept};
  }
  data_ = {};
}

}  // namespace persist::snapshot
