// Ranges of a file, one after the other, as if they were a file of their own.
#pragma once

#include "recover/read_only_file.hpp"
#include "recover/survey.hpp"

namespace persist::recover {

// Both arguments outlive it.
class SplicedFile final : public ReadOnlyFile {
 public:
  SplicedFile(File& source, const std::vector<ByteRange>& ranges);

  [[nodiscard]] Result<std::size_t> read_at(std::uint64_t offset, std::span<char> into) override;
  [[nodiscard]] Result<FileInfo> info() override;
  [[nodiscard]] const std::string& path() const override { return source_.path(); }

 private:
  File& source_;
  const std::vector<ByteRange>& ranges_;
  std::vector<std::uint64_t> starts_;  // of each range, here
  std::uint64_t size_bytes_ = 0;
};

}  // namespace persist::recover
