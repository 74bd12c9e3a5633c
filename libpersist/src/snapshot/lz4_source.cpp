#include "snapshot/lz4_source.hpp"

#include <algorithm>
#include <cstring>
#include <persist/formats/varint.hpp>
#include <thread>

#include "format_text.hpp"
#include "platform/start_task.hpp"

namespace persist::snapshot {
namespace {

// Decoded together: enough that a thread is worth its start.
constexpr std::size_t batch_bytes = std::size_t{1} << 20U;
// Files below this are decoded where they are asked for.
constexpr std::uint64_t small_file_bytes = std::uint64_t{256} << 10U;
constexpr unsigned max_threads = 4;
// They take memory until they are hashed.
constexpr std::size_t max_batches_to_hash = 4;
// No byte of an LZ4 block stands for more than this many.
constexpr std::uint64_t max_expansion = 255;

constexpr std::size_t search_step_bytes = std::size_t{256} << 10U;

}  // namespace

Lz4Source::Lz4Source(File& file, std::uint64_t frame_offset, std::uint64_t file_size_bytes,
                     const formats::Lz4FrameHeader& header, std::atomic<std::uint64_t>* progress)
    : window_(file, file_size_bytes),
      header_(header),
      frame_offset_(frame_offset),
      blocks_(window_, frame_offset + header.length_bytes, header),
      progress_(progress),
      served_up_to_(frame_offset + header.length_bytes),
      // What linked blocks refer to has to be decoded before they are.
      max_under_way_(header.independent_blocks
                         ? std::clamp(std::thread::hardware_concurrency(), 1U, max_threads)
                         : 1),
      launch_(file_size_bytes < small_file_bytes ? std::launch::deferred : std::launch::async) {}

Result<Piece> Lz4Source::read(std::span<char> into) {
  while (pieces_.empty() && unread_.empty() && !is_finished_) PERSIST_TRY(advance());
  if (!pieces_.empty()) {
    Piece piece = std::move(pieces_.front());
    pieces_.pop_front();
    return piece;
  }
  const std::size_t length = std::min(into.size(), unread_.size());
  if (length == 0) return Piece{};
  std::memcpy(into.data(), unread_.data(), length);
  unread_.remove_prefix(length);
  return Piece{Piece::Kind::bytes, length, {}};
}

Result<> Lz4Source::advance() {
  if (batch_ && next_item_ < batch_->items().size()) {
    serve(batch_->items()[next_item_++]);
    return {};
  }
  PERSIST_TRY(decode_ahead());
  if (under_way_.empty()) return take(*std::exchange(stopped_at_, std::nullopt));
  batch_ = under_way_.front().get();
  next_item_ = 0;
  under_way_.pop_front();
  if (header_.content_checksum && !had_gap_) hash(batch_);
  return decode_ahead();
}

// Beside the reader of the entries, which has enough to do. Where an item is missing nobody asks
// for the digest.
void Lz4Source::hash(SharedBatch batch) {
  auto work = [this, hashed = std::move(batch)] {
    for (const Lz4Batch::Item& item : hashed->items()) {
      if (item.decoded) hash_.update(*item.decoded);
    }
  };
  if (launch_ == std::launch::deferred) return work();
  if (++batches_hashed_ % max_batches_to_hash == 0) hasher_.wait_until_idle();
  hasher_.submit(std::move(work));
}

std::uint32_t Lz4Source::digest() {
  hasher_.wait_until_idle();
  return hash_.digest();
}

Result<> Lz4Source::decode_ahead() {
  while (!stopped_at_ && under_way_.size() < max_under_way_) {
    PERSIST_TRY_ASSIGN(Lz4Batch batch, collect());
    if (!batch.empty()) begin_decoding(std::move(batch));
  }
  return {};
}

// The blocks that come next, up to anything else.
Result<Lz4Batch> Lz4Source::collect() {
  Lz4Batch batch(header_);
  while (batch.max_decoded_bytes() < batch_bytes) {
    PERSIST_TRY_ASSIGN(Lz4Step step, blocks_.next());
    if (step.kind != Lz4Step::Kind::block) {
      stopped_at_ = std::move(step);
      break;
    }
    batch.add(step);
  }
  if (progress_ != nullptr) {
    progress_->fetch_add(blocks_.offset() - reported_bytes_, std::memory_order_relaxed);
    reported_bytes_ = blocks_.offset();
  }
  return batch;
}

void Lz4Source::begin_decoding(Lz4Batch batch) {
  const bool continues = batch_ != nullptr && !is_behind_damage_;
  is_behind_damage_ = false;
  const auto work = [shared = std::make_shared<Lz4Batch>(std::move(batch)),
                     history = std::string(continues ? batch_->history() : ByteView{})] {
    shared->decode(history);
    return SharedBatch(shared);
  };
  under_way_.push_back(platform::start_task(work, launch_));
}

std::uint64_t Lz4Source::most_bytes_left() const {
  const std::uint64_t end = std::max(window_.size_bytes(), served_up_to_);
  return unread_.size() + (end - served_up_to_) * max_expansion;
}

void Lz4Source::serve(const Lz4Batch::Item& item) {
  served_up_to_ = item.range.offset + item.range.length;
  if (header_.block_checksums) checksummed_bytes_ += item.range.length;
  if (!item.decoded) {
    Damage damage;
    damage.offset = item.range.offset;
    damage.length = item.range.length;
    damage.code = DamageCode::damaged_block;
    damage.message = "an LZ4 block that does not decode";
    lose(std::move(damage));
    return;
  }
  close_gap(item.range.offset);
  if (item.note) pieces_.push_back({Piece::Kind::note, 0, *item.note});
  if (item.decoded->empty()) return;
  decoded_bytes_ += item.decoded->size();
  extents_.push_back({decoded_bytes_, item.range});
  unread_ = *item.decoded;
}

// What is no block.
Result<> Lz4Source::take(const Lz4Step& step) {
  switch (step.kind) {
    case Lz4Step::Kind::block:  // found where an end mark turned out to be none
      begin_with(step);
      return {};
    case Lz4Step::Kind::damage: {
      PERSIST_TRY_ASSIGN(const bool is_end_mark, is_end_mark_damaged(*step.damage));
      if (!is_end_mark) lose(*step.damage);
      is_behind_damage_ = true;
      return {};
    }
    case Lz4Step::Kind::end_mark:
      return check_end_mark();
    case Lz4Step::Kind::end:
      finish();
      return {};
  }
  return {};
}

// Its length was mended: it continues what came before.
void Lz4Source::begin_with(const Lz4Step& block) {
  Lz4Batch batch(header_);
  batch.add(block);
  begin_decoding(std::move(batch));
}

void Lz4Source::lose(Damage damage) {
  had_gap_ = true;
  if (!gap_) {
    gap_ = std::move(damage);
    return;
  }
  gap_->is_torn_tail = false;
  if (gap_->code == DamageCode::torn_block) gap_->code = DamageCode::damaged_block;
}

void Lz4Source::close_gap(std::uint64_t file_offset) {
  if (!gap_) return;
  // A file that became shorter may end before the gap that was found in it.
  gap_->length = std::max(file_offset, gap_->offset) - gap_->offset;
  gap_->message += format_text("; {} bytes of compressed data are lost", gap_->length);
  pieces_.push_back({Piece::Kind::gap, 0, *std::move(gap_)});
  gap_.reset();
}

void Lz4Source::note(DamageCode code, FileRange range, std::string message, bool may_hold_commits) {
  Damage damage;
  damage.offset = range.offset;
  damage.length = range.length;
  damage.code = code;
  damage.message = std::move(message);
  damage.may_hold_commits = may_hold_commits;
  pieces_.push_back({Piece::Kind::note, 0, std::move(damage)});
}

// The file ends, with or without an end mark.
void Lz4Source::finish() {
  is_finished_ = true;
  const std::uint64_t size = window_.size_bytes();
  // Only the engine leaves a frame without its end, and it writes linked blocks: this one was cut.
  if (!is_ended_ && !gap_ && header_.independent_blocks) {
    Damage damage;
    damage.offset = size;
    damage.code = DamageCode::torn_block;
    damage.message = "the file ends between two LZ4 blocks, before its frame does";
    damage.is_torn_tail = true;
    lose(std::move(damage));
  }
  close_gap(size);
  const std::uint64_t stated = header_.content_size_bytes;
  if (stated != 0 && !had_gap_ && stated != decoded_bytes_) {
    note(DamageCode::content_checksum, {frame_offset_, header_.length_bytes},
         format_text("the LZ4 frame says that it holds {} bytes, and holds {}", stated,
                     decoded_bytes_),
         true);
  }
}

Result<bool> Lz4Source::is_zero_from(std::uint64_t offset) {
  while (offset < window_.size_bytes()) {
    PERSIST_TRY_ASSIGN(const ByteView bytes, window_.view(offset, search_step_bytes));
    if (bytes.find_first_not_of('\0') != ByteView::npos) return false;
    offset += bytes.size();
  }
  return true;
}

// A word of zeros ends the frame, if what follows agrees; else it is damage like any other.
Result<> Lz4Source::check_end_mark() {
  const std::uint64_t mark = blocks_.offset() - formats::lz4_block_header_length_bytes;
  if (!header_.content_checksum) {
    is_ended_ = true;
    return check_after_end(blocks_.offset());
  }
  const std::uint64_t end = blocks_.offset() + formats::lz4_checksum_length_bytes;
  PERSIST_TRY_ASSIGN(const ByteView stored,
                     window_.view(blocks_.offset(), formats::lz4_checksum_length_bytes));
  const std::uint64_t size = window_.size_bytes();  // the view may have found it less
  if (stored.size() < formats::lz4_checksum_length_bytes) {
    close_gap(mark);
    note(DamageCode::torn_block, {mark, formats::lz4_block_header_length_bytes + stored.size()},
         "the LZ4 frame's end is cut short");
    pieces_.back().damage.is_torn_tail = true;
    is_ended_ = true;
    finish();
    return {};
  }
  const bool is_proven =
      !had_gap_ && digest() == formats::load_little_endian<std::uint32_t>(stored.data());
  if (is_proven || (had_gap_ && end == size)) {
    is_ended_ = true;
    return check_after_end(end);
  }
  PERSIST_TRY_ASSIGN(const bool is_zero, is_zero_from(mark));
  if (is_zero) {
    Damage damage;
    damage.offset = mark;
    damage.code = DamageCode::zero_fill;
    damage.message = "zeros where LZ4 blocks should be";
    damage.is_torn_tail = true;
    lose(std::move(damage));
    finish();
    return {};
  }
  if (end == size) {
    is_ended_ = true;
    note(DamageCode::content_checksum, {blocks_.offset(), formats::lz4_checksum_length_bytes},
         "the LZ4 frame's contents do not match its checksum", true);
    finish();
    return {};
  }
  PERSIST_TRY_ASSIGN(const Lz4Step step, blocks_.resynchronize(mark));
  return take(step);
}

Result<> Lz4Source::check_after_end(std::uint64_t offset) {
  const std::uint64_t size = window_.size_bytes();
  close_gap(offset);
  if (offset < size) {
    PERSIST_TRY_ASSIGN(const bool is_zero, is_zero_from(offset));
    note(is_zero ? DamageCode::zero_fill : DamageCode::trailing_bytes, {offset, size - offset},
         is_zero ? "zeros behind the end of the LZ4 frame"
                 : "bytes behind the end of the LZ4 frame");
  }
  finish();
  return {};
}

// Nothing but the end mark is wrong when the content checksum behind it matches.
Result<bool> Lz4Source::is_end_mark_damaged(const Damage& damage) {
  constexpr std::size_t end_length =
      formats::lz4_block_header_length_bytes + formats::lz4_checksum_length_bytes;
  if (!header_.content_checksum || had_gap_) return false;
  if (damage.offset + end_length != window_.size_bytes()) return false;
  PERSIST_TRY_ASSIGN(const ByteView end, window_.view(damage.offset, end_length));
  if (end.size() < end_length) return false;
  const auto stored = formats::load_little_endian<std::uint32_t>(
      end.data() + formats::lz4_block_header_length_bytes);
  if (stored != digest()) return false;
  note(DamageCode::damaged_block, {damage.offset, formats::lz4_block_header_length_bytes},
       "the LZ4 frame's end mark is damaged; its checksum proves the contents whole");
  is_ended_ = true;
  finish();
  return true;
}

FileRange Lz4Source::file_range(std::uint64_t begin, std::uint64_t end) const {
  const auto holder_of = [&](std::uint64_t offset) {
    return std::ranges::upper_bound(extents_, offset, {}, &Extent::end);
  };
  const auto first = holder_of(begin);
  if (first == extents_.end()) return {window_.size_bytes(), 0};
  const auto last = holder_of(std::max(begin + 1, end) - 1);
  const FileRange range = last == extents_.end() ? extents_.back().range : last->range;
  return {first->range.offset, range.offset + range.length - first->range.offset};
}

void Lz4Source::forget(std::uint64_t before) {
  // The block right before is still asked for: damage may end there.
  while (extents_.size() > 1 && extents_.front().end < before) extents_.pop_front();
}

}  // namespace persist::snapshot
