// Blocks of an LZ4 frame that are decoded together, on a thread of their own while others are read.
#pragma once

#include <memory>
#include <optional>
#include <persist/formats/lz4_frame.hpp>
#include <string>
#include <vector>

#include "snapshot/lz4_blocks.hpp"

namespace persist::snapshot {

// How far back an LZ4 block may refer.
inline constexpr std::size_t lz4_history_bytes = std::size_t{64} << 10U;

class Lz4Batch {
 public:
  explicit Lz4Batch(const formats::Lz4FrameHeader& header) : header_(header) {}

  struct Item {
    FileRange range;
    std::optional<Damage> note;
    std::size_t length = 0;  // before decoding
    bool is_stored = false;
    std::optional<ByteView> decoded;  // none: it does not decode
  };

  void add(const Lz4Step& step);
  [[nodiscard]] bool empty() const noexcept { return items_.empty(); }
  // Decoded, it may have so many bytes.
  [[nodiscard]] std::size_t max_decoded_bytes() const noexcept {
    return items_.size() * header_.block_max_bytes;
  }

  // `history`: what was decoded right before, as far as it is known. References to anything else
  // make a block fail, so what decodes is right even where damage came before.
  void decode(ByteView history);
  [[nodiscard]] const std::vector<Item>& items() const noexcept { return items_; }
  // For the batch that follows; empty for independent blocks.
  [[nodiscard]] ByteView history() const noexcept { return history_; }

 private:
  [[nodiscard]] std::optional<std::size_t> decode_block(Item& item, ByteView data,
                                                        char* into) const;
  [[nodiscard]] std::optional<std::size_t> decompress(ByteView data, char* into) const;
  [[nodiscard]] std::optional<std::size_t> decode_despite_flag(Item& item, ByteView data,
                                                               char* into) const;

  formats::Lz4FrameHeader header_;
  std::string data_;  // of all blocks, in order
  std::vector<Item> items_;
  std::unique_ptr<char[]> buffer_;
  ByteView history_;
  ByteView before_;  // what is known of the bytes before the next block, referred to or not
};

}  // namespace persist::snapshot
