#include "inspect/engines/source.hpp"

#include <lz4frame.h>

#include <algorithm>
#include <cstring>
#include <persist/formats/lz4_frame.hpp>

namespace persist::engines {
namespace {

// A source that holds bytes back must be given room for them and more.
constexpr std::size_t room_for_held_back_bytes = 64;
constexpr std::size_t few_zeros = 64;
constexpr std::size_t lz4_input_bytes = 256U << 10U;

Result<> poll(const ShouldStop& should_stop, const File& file) {
  if (should_stop && should_stop()) {
    return fail(ErrorCode::interrupted, file.path(), "interrupted");
  }
  return {};
}

class PlainSource final : public Source {
 public:
  PlainSource(File& file, std::uint64_t begin, std::uint64_t end, const ShouldStop& should_stop)
      : Source(begin), file_(file), at_(begin), end_(end), should_stop_(should_stop) {}

 private:
  Result<std::size_t> fill(std::span<char> into) override {
    PERSIST_TRY(poll(should_stop_, file_));
    const auto length = static_cast<std::size_t>(std::min<std::uint64_t>(into.size(), end_ - at_));
    PERSIST_TRY_ASSIGN(const std::size_t read, file_.read_at(at_, into.first(length)));
    at_ += read;
    return read;
  }
  std::uint64_t skip_unread(std::uint64_t length) override {
    const std::uint64_t skipped = std::min(length, end_ - at_);
    at_ += skipped;
    return skipped;
  }

  File& file_;
  std::uint64_t at_;
  std::uint64_t end_;
  const ShouldStop& should_stop_;
};

class Lz4Source final : public Source {
 public:
  Lz4Source(File& file, std::uint64_t begin, const ShouldStop& should_stop)
      : Source(0), file_(file), at_(begin), should_stop_(should_stop), input_(lz4_input_bytes) {
    LZ4F_dctx* context = nullptr;
    LZ4F_createDecompressionContext(&context, LZ4F_VERSION);
    context_.reset(context);
  }

 private:
  struct Free {
    void operator()(LZ4F_dctx* context) const { LZ4F_freeDecompressionContext(context); }
  };

  // The decoder looks at what follows a block in the call that gives out the block's last byte:
  // when that is wrong, the engine does not get the byte. So one is held back until all is known
  // well.
  Result<std::size_t> fill(std::span<char> into) override {
    PERSIST_TRY(poll(should_stop_, file_));
    std::size_t there = 0;
    if (held_back_) into[there++] = *held_back_;
    held_back_.reset();
    while (!is_over_ && there <= 1) {
      PERSIST_TRY_ASSIGN(const std::size_t decoded, decode(into.subspan(there)));
      if (lz4_error_) return 0;
      there += decoded;
    }
    if (!is_over_) held_back_ = into[--there];
    return there;
  }

  // Goes on with an exhausted input: the decoder may still hold bytes of a whole block. Once the
  // frame is ended, what follows it in the file is never looked at.
  Result<std::size_t> decode(std::span<char> into) {
    if (input_begin_ == input_end_) PERSIST_TRY(read_input());
    std::size_t output = into.size();
    std::size_t input = std::min(input_end_ - input_begin_, next_piece_);
    const std::size_t hint = LZ4F_decompress(context_.get(), into.data(), &output,
                                             input_.data() + input_begin_, &input, nullptr);
    if (LZ4F_isError(hint) != 0) {
      lz4_error_ = LZ4F_getErrorName(hint);
      return 0;
    }
    input_begin_ += input;
    next_piece_ = piece_of(hint);
    is_over_ = hint == 0 || (output == 0 && input == 0);
    return output;
  }

  // The decoder asks for a block, its checksum and the next block's header at once, and forgets
  // what it decoded when one of them is wrong. The engine takes the bytes before it learns of that.
  static std::size_t piece_of(std::size_t hint) {
    constexpr std::size_t behind_block =
        formats::lz4_checksum_length_bytes + formats::lz4_block_header_length_bytes;
    return hint > behind_block ? hint - behind_block : formats::lz4_block_header_length_bytes;
  }

  Result<> read_input() {
    PERSIST_TRY_ASSIGN(const std::size_t read, file_.read_at(at_, input_));
    at_ += read;
    input_begin_ = 0;
    input_end_ = read;
    return {};
  }

  File& file_;
  std::uint64_t at_;
  const ShouldStop& should_stop_;
  std::unique_ptr<LZ4F_dctx, Free> context_;
  std::vector<char> input_;
  std::size_t input_begin_ = 0;
  std::size_t input_end_ = 0;
  std::size_t next_piece_ = formats::lz4_frame_header_min_length_bytes;
  std::optional<char> held_back_;
  bool is_over_ = false;
};

}  // namespace

ByteView Source::peek(std::size_t wanted) {
  while (end_ - begin_ < wanted && !ended_) refill();
  return {buffer_.data() + begin_, end_ - begin_};
}

void Source::refill() {
  if (buffer_.empty()) buffer_.resize(capacity() + room_for_held_back_bytes);
  std::memmove(buffer_.data(), buffer_.data() + begin_, end_ - begin_);
  end_ -= begin_;
  begin_ = 0;
  const auto read = fill(std::span(buffer_).subspan(end_));
  if (!read) read_error_ = read.error();
  ended_ = !read || *read == 0;
  if (read) end_ += *read;
}

void Source::consume(std::size_t length) noexcept {
  begin_ += length;
  position_ += length;
}

std::size_t Source::skip_zeros(std::size_t unit_bytes) {
  const ByteView bytes = peek(few_zeros);
  if (bytes.empty() || bytes.front() != 0) return 0;
  const std::size_t zeros = std::min(bytes.find_first_not_of('\0'), bytes.size());
  if (zeros < few_zeros) return 0;
  const std::size_t skipped = zeros / unit_bytes * unit_bytes;
  consume(skipped);
  return skipped;
}

std::uint64_t Source::skip(std::uint64_t length) {
  std::uint64_t skipped = 0;
  while (skipped < length) {
    const ByteView bytes = peek(0);
    if (bytes.empty()) {
      const std::uint64_t unread = skip_unread(length - skipped);
      position_ += unread;
      skipped += unread;
      if (skipped == length || peek(1).empty()) break;
      continue;
    }
    const auto step =
        static_cast<std::size_t>(std::min<std::uint64_t>(bytes.size(), length - skipped));
    consume(step);
    skipped += step;
  }
  return skipped;
}

std::unique_ptr<Source> plain_source(File& file, std::uint64_t begin, std::uint64_t end,
                                     const ShouldStop& should_stop) {
  return std::make_unique<PlainSource>(file, begin, end, should_stop);
}

std::unique_ptr<Source> lz4_source(File& file, std::uint64_t begin, const ShouldStop& should_stop) {
  return std::make_unique<Lz4Source>(file, begin, should_stop);
}

}  // namespace persist::engines
