// Where a command's data goes: standard output, or a file that appears whole or not at all.
#pragma once

#include <memory>
#include <optional>
#include <persist/atomic_file.hpp>
#include <string>

namespace persist::app {

// Buffered. The first error is kept and later writes do nothing, so that a command may print as it
// goes and look once, at the end.
class OutputStream {
 public:
  virtual ~OutputStream() = default;
  OutputStream() = default;
  OutputStream(const OutputStream&) = delete;
  OutputStream& operator=(const OutputStream&) = delete;

  void write(std::string_view bytes) {
    buffer_.append(bytes);
    flush_if_full();
  }
  // For writers that format in place; call flush_if_full() after each row.
  [[nodiscard]] std::string& buffer() noexcept { return buffer_; }
  void flush_if_full() {
    if (buffer_.size() >= flush_at_bytes) flush();
  }
  void flush();

  // Nobody reads any more (a closed pipe), or writing failed: a long command stops.
  [[nodiscard]] bool is_done() const noexcept { return reader_left_ || error_.has_value(); }
  // For a command that waits for something to print: notices a reader that left meanwhile.
  void look_for_reader() { reader_left_ = reader_left_ || is_without_reader(); }
  // Flushes; for a file, syncs it and puts it in its place. A closed pipe is no error.
  [[nodiscard]] Result<> finish();
  // What was written so far, in bytes.
  [[nodiscard]] std::uint64_t size_bytes() const noexcept { return size_bytes_ + buffer_.size(); }

 protected:
  // True: go on. False: the reader left.
  virtual Result<bool> put(std::string_view bytes) = 0;
  virtual Result<> close() { return {}; }
  [[nodiscard]] virtual bool is_without_reader() const { return false; }

 private:
  static constexpr std::size_t flush_at_bytes = std::size_t{256} * 1024;
  std::string buffer_;
  std::uint64_t size_bytes_ = 0;
  bool reader_left_ = false;
  std::optional<Error> error_;
};

[[nodiscard]] std::unique_ptr<OutputStream> standard_output();

// A new file beside `path`, renamed over it by finish(); what is no file, or "-", is written to.
// Errors as AtomicFile::create.
[[nodiscard]] Result<std::unique_ptr<OutputStream>> file_stream(FileSystem& files,
                                                                const std::string& path);

}  // namespace persist::app
