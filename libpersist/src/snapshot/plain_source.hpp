// Entries that lie in the file as they are.
#pragma once

#include <atomic>
#include <persist/file_system.hpp>

#include "snapshot/entry_source.hpp"

namespace persist::snapshot {

class PlainSource final : public EntrySource {
 public:
  // `begin`: behind the header; `end`: the file's length. `progress` may be null.
  PlainSource(File& file, std::uint64_t begin, std::uint64_t end,
              std::atomic<std::uint64_t>* progress) noexcept
      : file_(file), begin_(begin), end_(end), at_(begin), progress_(progress) {}

  Result<Piece> read(std::span<char> into) override;
  std::optional<std::uint64_t> size_bytes() const override { return end_ - begin_; }
  std::uint64_t most_bytes_left() const override { return end_ - at_; }
  Result<std::size_t> peek(std::uint64_t offset, std::span<char> into) override;
  FileRange file_range(std::uint64_t begin, std::uint64_t end) const override {
    return {begin_ + begin, end - begin};
  }
  void forget(std::uint64_t) override {}

 private:
  File& file_;
  std::uint64_t begin_;
  std::uint64_t end_;
  std::uint64_t at_;
  std::atomic<std::uint64_t>* progress_;
};

}  // namespace persist::snapshot
