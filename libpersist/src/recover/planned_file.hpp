// The bytes of a file that a plan was made for. Of a live log these are its first ones: what its
// writer adds behind them meanwhile concerns neither the plan nor what is written by it.
#pragma once

#include <memory>
#include <persist/repair.hpp>

#include "recover/read_only_file.hpp"

namespace persist::recover {

class FilePrefix final : public ReadOnlyFile {
 public:
  FilePrefix(std::unique_ptr<File> file, std::uint64_t size_bytes)
      : file_(std::move(file)), size_bytes_(size_bytes) {}

  [[nodiscard]] Result<std::size_t> read_at(std::uint64_t offset, std::span<char> into) override;
  // A file that became shorter is as long as it is.
  [[nodiscard]] Result<FileInfo> info() override;
  [[nodiscard]] const std::string& path() const override { return file_->path(); }

 private:
  std::unique_ptr<File> file_;
  std::uint64_t size_bytes_;
};

// As long as it is now; null when there is none.
[[nodiscard]] Result<std::unique_ptr<File>> open_to_plan(FileSystem& files,
                                                         const std::string& path);

// As long as it was. One that was there when the plan was made has to be there still; null when
// there was none.
[[nodiscard]] Result<std::unique_ptr<File>> open_planned(FileSystem& files, const FilePlan& plan);

}  // namespace persist::recover
