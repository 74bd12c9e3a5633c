#include "recover/planned_file.hpp"

#include <algorithm>

namespace persist::recover {

Result<std::size_t> FilePrefix::read_at(std::uint64_t offset, std::span<char> into) {
  if (offset >= size_bytes_) return 0;
  const auto most = std::min<std::uint64_t>(into.size(), size_bytes_ - offset);
  return file_->read_at(offset, into.first(static_cast<std::size_t>(most)));
}

Result<FileInfo> FilePrefix::info() {
  PERSIST_TRY_ASSIGN(FileInfo info, file_->info());
  info.size_bytes = std::min(info.size_bytes, size_bytes_);
  return info;
}

Result<std::unique_ptr<File>> open_to_plan(FileSystem& files, const std::string& path) {
  PERSIST_TRY_ASSIGN(std::unique_ptr<File> file, open_if_there(files, path));
  if (!file) return nullptr;
  PERSIST_TRY_ASSIGN(const FileInfo now, file->info());
  return std::make_unique<FilePrefix>(std::move(file), now.size_bytes);
}

Result<std::unique_ptr<File>> open_planned(FileSystem& files, const FilePlan& plan) {
  if (!plan.identity.exists) return nullptr;
  PERSIST_TRY_ASSIGN(std::unique_ptr<File> file, files.open(plan.path, OpenMode::read));
  return std::make_unique<FilePrefix>(std::move(file), plan.identity.size_bytes);
}

}  // namespace persist::recover
