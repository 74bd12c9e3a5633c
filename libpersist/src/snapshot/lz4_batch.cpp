#include "snapshot/lz4_batch.hpp"

#include <lz4.h>

#include <algorithm>
#include <cstring>

#include "snapshot/block_fit.hpp"

namespace persist::snapshot {
namespace {

constexpr std::size_t least_telling_bytes = 32;
constexpr std::size_t least_telling_bytes_with_history = 512;

}  // namespace

void Lz4Batch::add(const Lz4Step& step) {
  data_.append(step.block.data);
  items_.push_back(
      {step.block.range, step.damage, step.block.data.size(), step.block.is_stored, std::nullopt});
}

std::optional<std::size_t> Lz4Batch::decode_block(Item& item, ByteView data, char* into) const {
  if (!item.is_stored) return decompress(data, into);
  if (const auto length = decode_despite_flag(item, data, into)) return length;
  std::memcpy(into, data.data(), data.size());
  return data.size();
}

// The bit that says whether a block is stored is under no checksum. A block is stored because it
// cannot be compressed: one that decodes to a full block was not. Only the last block is shorter,
// and of random ones a few in a hundred decode by chance: there the entries tell.
std::optional<std::size_t> Lz4Batch::decode_despite_flag(Item& item, ByteView data,
                                                         char* into) const {
  // With a history any reference is valid, and few bytes may decode by chance.
  if (data.size() < (history_.empty() ? least_telling_bytes : least_telling_bytes_with_history)) {
    return std::nullopt;
  }
  const auto length = decompress(data, into);
  if (!length || *length <= data.size()) return std::nullopt;
  if (*length < header_.block_max_bytes &&
      (goes_on_to_its_end(before_, data) || !goes_on_to_its_end(before_, {into, *length}))) {
    return std::nullopt;
  }
  Damage damage;
  damage.offset = item.range.offset;
  damage.length = formats::lz4_block_header_length_bytes;
  damage.code = DamageCode::damaged_block;
  damage.message = "an LZ4 block is marked as not compressed, and is; it decodes whole";
  damage.may_hold_commits = false;
  if (!item.note) item.note = std::move(damage);
  return length;
}

// `history_` ends where `into` begins.
std::optional<std::size_t> Lz4Batch::decompress(ByteView data, char* into) const {
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
  before_ = history_ = {buffer_.get(), history.size()};
  std::size_t read = 0;
  for (Item& item : items_) {
    const auto length = decode_block(item, ByteView(data_).substr(read, item.length), into);
    read += item.length;
    if (length) item.decoded = ByteView(into, *length);
    into += length.value_or(0);
    const std::size_t known = length ? history_.size() + *length : 0;
    const std::size_t kept = header_.independent_blocks ? 0 : std::min(known, lz4_history_bytes);
    history_ = {into - kept, kept};
    const std::size_t seen = length ? std::min(before_.size() + *length, lz4_history_bytes) : 0;
    before_ = {into - seen, seen};
  }
  data_ = {};
}

}  // namespace persist::snapshot
