// A read-only File over bytes in memory.
#pragma once

#include <algorithm>
#include <cstring>
#include <persist/file_system.hpp>
#include <string>

namespace persist::test {

class StringFile : public File {
 public:
  explicit StringFile(std::string bytes, std::string path = "memory")
      : bytes_(std::move(bytes)), path_(std::move(path)) {}

  Result<std::size_t> read_at(std::uint64_t offset, std::span<char> into) override {
    if (offset >= bytes_.size()) return 0;
    const std::size_t count = std::min<std::size_t>(into.size(), bytes_.size() - offset);
    std::memcpy(into.data(), bytes_.data() + offset, count);
    return count;
  }
  Result<FileInfo> info() override {
    FileInfo info;
    info.size_bytes = bytes_.size();
    return info;
  }
  Result<> write_at(std::uint64_t, ByteView) override { return read_only(); }
  Result<> truncate(std::uint64_t) override { return read_only(); }
  Result<> sync() override { return read_only(); }
  Result<> copy_permissions(const FileInfo&) override { return read_only(); }
  const std::string& path() const override { return path_; }

 private:
  std::unexpected<Error> read_only() const {
    return fail(ErrorCode::permission, path_, "the file is read-only");
  }

  std::string bytes_;
  std::string path_;
};

}  // namespace persist::test
