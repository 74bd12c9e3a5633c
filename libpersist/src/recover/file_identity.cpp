#include "recover/file_identity.hpp"

#include "format_text.hpp"
#include "hash_state.hpp"
#include "log/window.hpp"

namespace persist::recover {
namespace {

std::string text_of(XXH128_hash_t hash) {
  return format_text("xxh3-128:{:016x}{:016x}", hash.high64, hash.low64);
}

}  // namespace

Result<FileIdentity> identify(File& file, const RepairOptions& options) {
  PERSIST_TRY_ASSIGN(const FileInfo info, file.info());
  FileIdentity identity;
  identity.exists = true;
  identity.size_bytes = info.size_bytes;
  log::Window window(file, info.size_bytes, options.progress);
  const HashState hash = make_hash_state();
  XXH3_128bits_reset(hash.get());
  for (std::uint64_t offset = 0; offset < window.end();) {
    if (options.should_stop && options.should_stop()) {
      return fail(ErrorCode::interrupted, file.path(), "interrupted");
    }
    PERSIST_TRY_ASSIGN(const ByteView bytes, window.view(offset, 1));
    if (bytes.empty()) break;
    XXH3_128bits_update(hash.get(), bytes.data(), bytes.size());
    offset += bytes.size();
  }
  identity.hash = text_of(XXH3_128bits_digest(hash.get()));
  return identity;
}

Result<FileIdentity> identify(FileSystem& files, const std::string& path,
                              const RepairOptions& options) {
  auto file = files.open(path, OpenMode::read);
  if (!file) {
    if (file.error().code == ErrorCode::not_found) return FileIdentity{};
    return std::unexpected(std::move(file).error());
  }
  return identify(**file, options);
}

std::string hash_of(ByteView text) {
  return text_of(XXH3_128bits(text.data(), text.size()));
}

}  // namespace persist::recover
