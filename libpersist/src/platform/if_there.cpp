#include <persist/file_system.hpp>

namespace persist {

Result<std::unique_ptr<File>> open_if_there(FileSystem& files, const std::string& path,
                                            OpenMode mode) {
  if (path.empty()) return nullptr;
  auto file = files.open(path, mode);
  if (!file && file.error().code == ErrorCode::not_found) return nullptr;
  return file;
}

Result<std::optional<FileInfo>> info_if_there(FileSystem& files, const std::string& path) {
  auto info = files.info(path);
  if (info) return *info;
  if (info.error().code == ErrorCode::not_found) return std::nullopt;
  return std::unexpected(std::move(info).error());
}

}  // namespace persist
