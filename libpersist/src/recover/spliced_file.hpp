// Ranges of a file, one after the other, as if they were a file of their own.
#pragma once

#include <persist/file_system.hpp>

#include "recover/survey.hpp"

namespace persist::recover {

// For reading only. Both arguments outlive it.
class SplicedFile final : public File {
 public:
  SplicedFile(File& source, const std::vector<ByteRange>& ranges);

  [[nodiscard]] Result<std::size_t> read_at(std::uint64_t offset, std::span<char> into) override;
  [[nodiscard]] Result<> write_at(std::uint64_t offset, ByteView bytes) override;
  [[nodiscard]] Result<> truncate(std::uint64_t size_bytes) override;
  [[nodiscard]] Result<> sync() override;
  [[nodiscard]] Result<FileInfo> info() override;
  [[nodiscard]] Result<> copy_permissions(const FileInfo& like) override;
  [[nodiscard]] const std::string& path() const override { return source_.path(); }

 private:
  [[nodiscard]] std::unexpected<Error> read_only() const;

  File& source_;
  const std::vector<ByteRange>& ranges_;
  std::vector<std::uint64_t> starts_;  // of each range, here
  std::uint64_t size_bytes_ = 0;
};

}  // namespace persist::recover
