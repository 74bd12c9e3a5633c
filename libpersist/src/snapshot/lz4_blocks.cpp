#include "snapshot/lz4_blocks.hpp"

#include <algorithm>
#include <bit>
#include <persist/formats/varint.hpp>

#include "snapshot/flipped_bit.hpp"

namespace persist::snapshot {
namespace {

using formats::load_little_endian;
using formats::lz4_block_header_length_bytes;
using formats::lz4_checksum_length_bytes;

constexpr std::size_t scan_step_bytes = std::size_t{256} << 10U;
// Bytes that may be hashed for each byte that is searched: candidates that a hostile file makes
// look like blocks must not make the search quadratic.
constexpr std::uint64_t hashed_per_byte = 16;

std::uint32_t word_at(ByteView bytes, std::size_t at) noexcept {
  return load_little_endian<std::uint32_t>(bytes.data() + at);
}

}  // namespace

std::size_t Lz4Blocks::checksum_length() const noexcept {
  return header_.block_checksums ? lz4_checksum_length_bytes : 0;
}

std::optional<Lz4Blocks::Extent> Lz4Blocks::extent_at(ByteView bytes) const noexcept {
  if (bytes.size() < lz4_block_header_length_bytes) return std::nullopt;
  const std::uint32_t word = word_at(bytes, 0);
  const std::size_t data_length = word & ~formats::lz4_block_uncompressed_bit;
  if (data_length == 0 || data_length > header_.block_max_bytes) return std::nullopt;
  return Extent{data_length, lz4_block_header_length_bytes + data_length + checksum_length(),
                (word & formats::lz4_block_uncompressed_bit) != 0};
}

// `bytes` hold the whole extent.
bool Lz4Blocks::is_intact(ByteView bytes, const Extent& extent) const noexcept {
  if (!header_.block_checksums) return true;
  const ByteView data = bytes.substr(lz4_block_header_length_bytes, extent.data_length);
  return formats::lz4_checksum(data) == word_at(bytes, lz4_block_header_length_bytes + data.size());
}

Lz4Step Lz4Blocks::step_over(const Extent& extent, ByteView bytes) {
  Lz4Step step;
  step.kind = Lz4Step::Kind::block;
  step.block.data = bytes.substr(lz4_block_header_length_bytes, extent.data_length);
  step.block.range = {at_, extent.length};
  step.block.is_stored = extent.is_stored;
  at_ += extent.length;
  return step;
}

Result<Lz4Step> Lz4Blocks::next() {
  if (at_ >= file_.size_bytes()) return Lz4Step{};
  PERSIST_TRY_ASSIGN(const ByteView head, file_.view(at_, lz4_block_header_length_bytes));
  if (head.size() == lz4_block_header_length_bytes && word_at(head, 0) == formats::lz4_end_mark) {
    at_ += lz4_block_header_length_bytes;
    Lz4Step step;
    step.kind = Lz4Step::Kind::end_mark;
    return step;
  }
  if (const auto extent = extent_at(head)) {
    PERSIST_TRY_ASSIGN(const ByteView bytes, file_.view(at_, extent->length));
    if (bytes.size() == extent->length) {
      if (is_intact(bytes, *extent)) return step_over(*extent, bytes);
      PERSIST_TRY_ASSIGN(auto mended, mend_bit(*extent));
      if (mended) return *std::move(mended);
    }
  }
  return resynchronize(at_);
}

Result<Damage> Lz4Blocks::describe(std::uint64_t from) {
  Damage damage;
  damage.offset = from;
  damage.code = DamageCode::damaged_block;
  damage.message = "an LZ4 block whose checksum does not match";
  PERSIST_TRY_ASSIGN(const ByteView head, file_.view(from, lz4_block_header_length_bytes));
  const std::uint64_t left = file_.size_bytes() - from;
  const auto extent = extent_at(head);
  if (head.size() < lz4_block_header_length_bytes || (extent && extent->length > left)) {
    damage.code = DamageCode::torn_block;
    damage.message = "the file ends in the middle of an LZ4 block";
  } else if (!extent) {
    damage.message = "an LZ4 block with a length that cannot be";
  }
  return damage;
}

Result<Lz4Step> Lz4Blocks::resynchronize(std::uint64_t from) {
  PERSIST_TRY_ASSIGN(Damage damage, describe(from));
  PERSIST_TRY_ASSIGN(const auto found, find_block(from));
  // A file that became shorter may end before what was read of it.
  const std::uint64_t next = found.value_or(std::max(from, file_.size_bytes()));
  PERSIST_TRY_ASSIGN(auto mended, mend_length(from, next));
  if (mended) return *std::move(mended);
  if (found && damage.code == DamageCode::torn_block) {
    damage.code = DamageCode::damaged_block;
    damage.message = "an LZ4 block with a length that cannot be";
  }
  at_ = next;
  damage.length = at_ - from;
  damage.is_torn_tail = damage.code == DamageCode::torn_block;
  Lz4Step step;
  step.kind = Lz4Step::Kind::damage;
  step.damage = std::move(damage);
  return step;
}

// One flipped bit, in the block's data or in its checksum: in linked blocks everything behind
// depends on it.
Result<std::optional<Lz4Step>> Lz4Blocks::mend_bit(const Extent& extent) {
  const std::size_t with_next = extent.length + lz4_block_header_length_bytes;
  PERSIST_TRY_ASSIGN(const ByteView bytes, file_.view(at_, with_next));
  const bool file_ends = at_ + bytes.size() >= file_.size_bytes();
  if (!may_end_at(bytes, extent.length, file_ends)) return std::nullopt;  // its length is damaged
  const ByteView data = bytes.substr(lz4_block_header_length_bytes, extent.data_length);
  const std::size_t checksum_at = lz4_block_header_length_bytes + extent.data_length;
  const std::uint32_t stored = word_at(bytes, checksum_at);
  Damage damage;
  damage.code = DamageCode::damaged_block;
  damage.may_hold_commits = false;
  damage.offset = at_ + checksum_at;
  damage.length = lz4_checksum_length_bytes;
  damage.message = "one bit of an LZ4 block's checksum is wrong, the block is not";
  mended_ = data;
  if (!std::has_single_bit(stored ^ formats::lz4_checksum(data))) {
    const auto flipped = find_flipped_bit(data, stored);
    if (!flipped) return std::nullopt;
    char& byte = mended_[flipped->byte];
    byte = static_cast<char>(static_cast<unsigned char>(byte) ^ flipped->mask);
    damage.offset = at_ + lz4_block_header_length_bytes + flipped->byte;
    damage.length = 1;
    damage.message = "one bit of an LZ4 block is wrong; put right, the block matches its checksum";
  }
  Lz4Step step = step_over(extent, bytes);
  step.block.data = mended_;
  step.damage = std::move(damage);
  return step;
}

// Where the next block shows where this one ends, its checksum can still prove it whole.
Result<std::optional<Lz4Step>> Lz4Blocks::mend_length(std::uint64_t from, std::uint64_t next) {
  const std::uint64_t length = next - from;
  const std::size_t overhead = lz4_block_header_length_bytes + checksum_length();
  if (!header_.block_checksums || length <= overhead) return std::nullopt;
  if (length - overhead > header_.block_max_bytes) return std::nullopt;
  PERSIST_TRY_ASSIGN(const ByteView bytes, file_.view(from, static_cast<std::size_t>(length)));
  if (bytes.size() < length) return std::nullopt;
  const bool is_stored = (word_at(bytes, 0) & formats::lz4_block_uncompressed_bit) != 0;
  const Extent extent{bytes.size() - overhead, bytes.size(), is_stored};
  if (!is_intact(bytes, extent)) return std::nullopt;
  at_ = from;
  Lz4Step step = step_over(extent, bytes);
  Damage damage;
  damage.offset = from;
  damage.length = lz4_block_header_length_bytes;
  damage.code = DamageCode::damaged_block;
  damage.message = "the length of an LZ4 block is damaged; its checksum proves the block whole";
  damage.may_hold_commits = false;
  step.damage = std::move(damage);
  return step;
}

// Whether what lies at `at` can follow a block: another one, the frame's end, or nothing.
bool Lz4Blocks::may_end_at(ByteView bytes, std::size_t at, bool file_ends) const noexcept {
  if (at >= bytes.size()) return at == bytes.size() && file_ends;
  const ByteView rest = bytes.substr(at);
  if (rest.size() < lz4_block_header_length_bytes) return file_ends;
  return word_at(rest, 0) == formats::lz4_end_mark || extent_at(rest).has_value();
}

bool Lz4Blocks::is_last_end_mark(std::uint64_t offset, ByteView bytes) const noexcept {
  const std::size_t length =
      lz4_block_header_length_bytes + (header_.content_checksum ? lz4_checksum_length_bytes : 0);
  if (offset + length != file_.size_bytes() || bytes.size() < length) return false;
  // A checksum of zero is more likely a piece of a tail of zeros.
  return word_at(bytes, 0) == formats::lz4_end_mark &&
         (!header_.content_checksum || word_at(bytes, lz4_block_header_length_bytes) != 0);
}

std::optional<std::size_t> Lz4Blocks::find_block_in(ByteView bytes, std::size_t to,
                                                    std::uint64_t offset, bool file_ends) {
  for (std::size_t at = 0; at < to; ++at) {
    const ByteView rest = bytes.substr(at);
    if (is_last_end_mark(offset + at, rest)) return at;
    const auto extent = extent_at(rest);
    if (!extent || extent->length > rest.size()) continue;
    if (!may_end_at(bytes, at + extent->length, file_ends)) continue;
    if (hashing_budget_bytes_ < extent->data_length) return std::nullopt;
    hashing_budget_bytes_ -= extent->data_length;
    if (is_intact(rest, *extent)) return at;
  }
  return std::nullopt;
}

// The first offset behind the damage at `from` where a block is whole, or the frame's last end
// mark.
Result<std::optional<std::uint64_t>> Lz4Blocks::find_block(std::uint64_t from) {
  if (!header_.block_checksums) return std::nullopt;  // nothing could prove it
  const std::size_t reach =
      header_.block_max_bytes + 2 * lz4_block_header_length_bytes + lz4_checksum_length_bytes;
  std::uint64_t offset = from + 1;
  while (offset < file_.size_bytes()) {
    PERSIST_TRY_ASSIGN(const ByteView bytes, file_.view(offset, scan_step_bytes + reach));
    const std::size_t to = std::min(scan_step_bytes, bytes.size());
    hashing_budget_bytes_ += to * hashed_per_byte;
    const bool file_ends = offset + bytes.size() >= file_.size_bytes();
    if (const auto at = find_block_in(bytes, to, offset, file_ends)) return offset + *at;
    offset += to;
  }
  return std::nullopt;
}

}  // namespace persist::snapshot
