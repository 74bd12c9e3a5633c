// Bytes as an engine's loader gets them: a plain file, or the output of its LZ4 decoder. Both end
// quietly where the input ends; what the decoder complains about comes up once the bytes before it
// are used.
#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <persist/file_system.hpp>
#include <string>
#include <vector>

namespace persist::engines {

class Source {
 public:
  virtual ~Source() = default;

  // What is buffered, after making it at least `wanted` bytes (at most the capacity) unless the
  // input ends first. The view lives until the next call of any other member.
  [[nodiscard]] ByteView peek(std::size_t wanted);
  void consume(std::size_t length) noexcept;
  // Moves past whole units of `unit_bytes` zeros, if there are many of them; returns how many
  // bytes.
  std::size_t skip_zeros(std::size_t unit_bytes);
  // Moves past `length` bytes; returns how many there were.
  std::uint64_t skip(std::uint64_t length);
  [[nodiscard]] std::uint64_t position() const noexcept { return position_; }
  [[nodiscard]] static constexpr std::size_t capacity() noexcept { return 1U << 20U; }

  // Why the input ended, when that was not the end of a file: LZ4's name for its error, or a
  // failure to read. Errors of the latter kind are this project's own and not the engine's.
  [[nodiscard]] const std::optional<std::string>& lz4_error() const noexcept { return lz4_error_; }
  [[nodiscard]] const std::optional<Error>& read_error() const noexcept { return read_error_; }

 protected:
  explicit Source(std::uint64_t position) : position_(position) {}
  // Reads up to `into.size()` bytes; 0 at the end.
  [[nodiscard]] virtual Result<std::size_t> fill(std::span<char> into) = 0;
  // Moves past bytes that need not be seen; returns how many.
  [[nodiscard]] virtual std::uint64_t skip_unread(std::uint64_t) { return 0; }

  std::optional<std::string> lz4_error_;

 private:
  void refill();

  std::vector<char> buffer_;
  std::size_t begin_ = 0;
  std::size_t end_ = 0;
  std::uint64_t position_;
  bool ended_ = false;
  std::optional<Error> read_error_;
};

using ShouldStop = std::function<bool()>;

// The bytes of `file` from `begin` to `end`; position() is the offset in the file.
[[nodiscard]] std::unique_ptr<Source> plain_source(File& file, std::uint64_t begin,
                                                   std::uint64_t end,
                                                   const ShouldStop& should_stop);
// What the LZ4 frame at `begin` decodes to; position() counts decoded bytes.
[[nodiscard]] std::unique_ptr<Source> lz4_source(File& file, std::uint64_t begin,
                                                 const ShouldStop& should_stop);

}  // namespace persist::engines
