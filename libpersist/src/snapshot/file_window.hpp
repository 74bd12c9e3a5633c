// Views of a file's bytes at offsets that mostly ascend, through one buffer.
#pragma once

#include <memory>
#include <persist/file_system.hpp>

namespace persist::snapshot {

class FileWindow {
 public:
  FileWindow(File& file, std::uint64_t size_bytes) noexcept
      : file_(file), size_bytes_(size_bytes) {}

  // The bytes [offset, offset + length), fewer only where the file ends. Valid until the next call.
  // Errors: io.
  [[nodiscard]] Result<ByteView> view(std::uint64_t offset, std::size_t length);

  [[nodiscard]] std::uint64_t size_bytes() const noexcept { return size_bytes_; }

 private:
  [[nodiscard]] Result<> fill(std::uint64_t offset, std::size_t length);

  File& file_;
  std::uint64_t size_bytes_;
  std::unique_ptr<char[]> buffer_;
  std::size_t capacity_ = 0;
  std::size_t held_ = 0;
  std::uint64_t offset_ = 0;
};

}  // namespace persist::snapshot
