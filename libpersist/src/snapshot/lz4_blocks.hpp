// Walks over the blocks of an LZ4 frame (formats/README.md, "LZ4"), verifies their checksums, puts
// right what they can prove, and finds the next one behind damage. Decodes nothing.
#pragma once

#include <optional>
#include <persist/damage.hpp>
#include <persist/formats/lz4_frame.hpp>

#include "snapshot/entry_source.hpp"
#include "snapshot/file_window.hpp"

namespace persist::snapshot {

struct Lz4Block {
  ByteView data;    // valid until the next call
  FileRange range;  // header word and checksum included
  bool is_stored = false;
};

// What is met at a time.
struct Lz4Step {
  enum class Kind {
    block,     // whole; `damage` is there when something beside its contents was damaged
    damage,    // no block can be read in its range
    end_mark,  // offset() is behind it
    end,       // of the file
  };
  Kind kind = Kind::end;
  Lz4Block block;
  std::optional<Damage> damage;
};

class Lz4Blocks {
 public:
  // `offset`: behind the frame's header.
  Lz4Blocks(FileWindow& file, std::uint64_t offset, const formats::Lz4FrameHeader& header) noexcept
      : file_(file), header_(header), at_(offset) {}

  // Errors: io.
  [[nodiscard]] Result<Lz4Step> next();
  // The next step behind damage that begins at `from`, an end mark that turned out to be none
  // included.
  [[nodiscard]] Result<Lz4Step> resynchronize(std::uint64_t from);

  [[nodiscard]] std::uint64_t offset() const noexcept { return at_; }

 private:
  struct Extent {
    std::size_t data_length = 0;
    std::size_t length = 0;  // with header word and checksum
    bool is_stored = false;
  };
  [[nodiscard]] std::size_t checksum_length() const noexcept;
  // What the word at the front of `bytes` says; none when no block can begin so.
  [[nodiscard]] std::optional<Extent> extent_at(ByteView bytes) const noexcept;
  [[nodiscard]] bool is_intact(ByteView bytes, const Extent& extent) const noexcept;
  [[nodiscard]] bool may_end_at(ByteView bytes, std::size_t at, bool file_ends) const noexcept;
  [[nodiscard]] bool is_last_end_mark(std::uint64_t offset, ByteView bytes) const noexcept;
  [[nodiscard]] Lz4Step step_over(const Extent& extent, ByteView bytes);
  [[nodiscard]] Result<std::optional<std::uint64_t>> find_block(std::uint64_t from);
  [[nodiscard]] std::optional<std::size_t> find_block_in(ByteView bytes, std::size_t to,
                                                         std::uint64_t offset, bool file_ends);
  [[nodiscard]] Result<std::optional<Lz4Step>> mend_bit(const Extent& extent);
  [[nodiscard]] Result<std::optional<Lz4Step>> mend_length(std::uint64_t from, std::uint64_t next);
  [[nodiscard]] Result<Damage> describe(std::uint64_t from);

  FileWindow& file_;
  formats::Lz4FrameHeader header_;
  std::uint64_t at_;
  std::string mended_;  // the data of a block that was put right
  std::uint64_t hashing_budget_bytes_ = std::uint64_t{256} << 20U;
};

}  // namespace persist::snapshot
