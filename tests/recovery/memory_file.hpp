// A file that lives in memory and is only read.
#pragma once

#include <algorithm>
#include <cstring>
#include <persist/file_system.hpp>

namespace persist::recovery {

class MemoryFile : public File {
 public:
  explicit MemoryFile(ByteView bytes) : bytes_(bytes) {}

  Result<std::size_t> read_at(std::uint64_t offset, std::span<char> into) override {
    if (offset >= bytes_.size()) return 0;
    const std::size_t count =
        std::min(into.size(), bytes_.size() - static_cast<std::size_t>(offset));
    std::memcpy(into.data(), bytes_.data() + offset, count);
    return count;
  }
  Result<> write_at(std::uint64_t, ByteView) override { return refuse(); }
  Result<> truncate(std::uint64_t) override { return refuse(); }
  Result<> sync() override { return refuse(); }
  Result<FileInfo> info() override {
    FileInfo info;
    info.size_bytes = bytes_.size();
    return info;
  }
  Result<> copy_permissions(const FileInfo&) override { return refuse(); }
  const std::string& path() const override { return path_; }

 private:
  Result<> refuse() const { return fail(ErrorCode::unsupported, path_, "this file is only read"); }

  ByteView bytes_;
  std::string path_ = "memory";
};

}  // namespace persist::recovery
