// Entries inside an LZ4 frame. Goes on behind damage with every block that can be decoded without
// what was lost: all independent ones; of linked ones those that refer to nothing before the
// damage.
#pragma once

#include <atomic>
#include <deque>
#include <future>
#include <memory>
#include <persist/formats/lz4_frame.hpp>

#include "platform/background_worker.hpp"
#include "snapshot/content_hash.hpp"
#include "snapshot/entry_source.hpp"
#include "snapshot/file_window.hpp"
#include "snapshot/lz4_batch.hpp"
#include "snapshot/lz4_blocks.hpp"

namespace persist::snapshot {

class Lz4Source final : public EntrySource {
 public:
  // `frame_offset`: where in the file the frame begins. `progress` may be null.
  Lz4Source(File& file, std::uint64_t frame_offset, std::uint64_t file_size_bytes,
            const formats::Lz4FrameHeader& header, std::atomic<std::uint64_t>* progress);

  Result<Piece> read(std::span<char> into) override;
  // A stated content size is checked at the end; it is not believed before.
  std::optional<std::uint64_t> size_bytes() const override { return std::nullopt; }
  std::uint64_t most_bytes_left() const override;
  Result<std::size_t> peek(std::uint64_t, std::span<char>) override { return 0; }
  FileRange file_range(std::uint64_t begin, std::uint64_t end) const override;
  void forget(std::uint64_t before) override;

  // So far; final when the end was read.
  [[nodiscard]] bool is_ended() const noexcept { return is_ended_; }
  [[nodiscard]] std::uint64_t checksummed_bytes() const noexcept { return checksummed_bytes_; }

 private:
  using SharedBatch = std::shared_ptr<const Lz4Batch>;
  struct Extent {
    std::uint64_t end = 0;  // in the stream
    FileRange range;
  };

  [[nodiscard]] Result<> advance();
  [[nodiscard]] Result<> decode_ahead();
  [[nodiscard]] Result<Lz4Batch> collect();
  void begin_decoding(Lz4Batch batch);
  void hash(SharedBatch batch);
  [[nodiscard]] std::uint32_t digest();
  void serve(const Lz4Batch::Item& item);
  [[nodiscard]] Result<> take(const Lz4Step& step);
  void begin_with(const Lz4Step& block);
  void lose(Damage damage);
  void close_gap(std::uint64_t file_offset);
  [[nodiscard]] Result<> check_end_mark();
  [[nodiscard]] Result<> check_after_end(std::uint64_t offset);
  [[nodiscard]] Result<bool> is_end_mark_damaged(const Damage& damage);
  [[nodiscard]] Result<bool> is_zero_from(std::uint64_t offset);
  void finish();
  void note(DamageCode code, FileRange range, std::string message, bool may_hold_commits = false);

  FileWindow window_;
  formats::Lz4FrameHeader header_;
  std::uint64_t frame_offset_;
  Lz4Blocks blocks_;
  std::atomic<std::uint64_t>* progress_;
  std::uint64_t reported_bytes_ = 0;  // to it

  std::uint64_t served_up_to_;  // in the file
  std::size_t max_under_way_;
  std::launch launch_;
  std::deque<std::future<SharedBatch>> under_way_;
  std::optional<Lz4Step> stopped_at_;  // what was met behind the blocks that are under way
  SharedBatch batch_;                  // is being served, or was the last
  std::size_t next_item_ = 0;
  ByteView unread_;

  std::deque<Extent> extents_;
  std::uint64_t decoded_bytes_ = 0;
  std::deque<Piece> pieces_;   // damage to hand on before any byte
  std::optional<Damage> gap_;  // grows until a block is decoded again
  bool had_gap_ = false;
  bool is_behind_damage_ = false;  // the next batch does not continue the last
  ContentHash hash_;               // the hasher's while it works
  std::size_t batches_hashed_ = 0;
  std::uint64_t checksummed_bytes_ = 0;
  bool is_ended_ = false;
  bool is_finished_ = false;
  platform::BackgroundWorker hasher_;  // the last member: it stops before what it works on goes
};

}  // namespace persist::snapshot
