#include "simulation/faulty_file_system.hpp"

#include <array>
#include <cerrno>

namespace persist::simulation {

std::string_view name_of(FaultKind kind) noexcept {
  constexpr std::array<std::string_view, fault_kind_count> names{"EIO", "ENOSPC", "EINTR",
                                                                 "short write"};
  return names[static_cast<std::size_t>(kind)];
}

bool FaultyFileSystem::strikes_now() {
  const std::uint64_t call = calls_++;
  return fault_.for_good ? call >= fault_.at_call : call == fault_.at_call;
}

std::unexpected<Error> FaultyFileSystem::error(const char* call, const std::string& path) {
  struck_paths_.insert(path);
  if (struck_call_.empty()) struck_call_ = std::string(call) + " " + path;
  const std::string message = std::string("cannot ") + call;
  switch (fault_.kind) {
    case FaultKind::io:
      return std::unexpected(Error{ErrorCode::io, message, path, std::nullopt, {}, EIO});
    case FaultKind::interrupted:
      return std::unexpected(Error{ErrorCode::io, message, path, std::nullopt, {}, EINTR});
    case FaultKind::no_space:
    case FaultKind::short_write:
      break;
  }
  return std::unexpected(Error{ErrorCode::no_space, message, path, std::nullopt, {}, ENOSPC});
}

Result<> FaultyFileSystem::strike(const char* call, const std::string& path, Needs needs) {
  if (fault_.kind == FaultKind::short_write) return {};
  if (fault_.kind == FaultKind::no_space && needs == Needs::nothing) return {};
  return strikes_now() ? error(call, path) : Result<>{};
}

class FaultyFileSystem::FaultyFile final : public File {
 public:
  FaultyFile(FaultyFileSystem& owner, std::unique_ptr<File> inner)
      : owner_(owner), inner_(std::move(inner)) {}

  Result<std::size_t> read_at(std::uint64_t offset, std::span<char> into) override {
    PERSIST_TRY(owner_.strike("read from it", path()));
    return inner_->read_at(offset, into);
  }
  Result<> write_at(std::uint64_t offset, ByteView bytes) override {
    if (owner_.fault_.kind == FaultKind::short_write && owner_.strikes_now()) {
      PERSIST_TRY(inner_->write_at(offset, bytes.substr(0, bytes.size() / 2)));
      return owner_.error("write to it", path());
    }
    PERSIST_TRY(owner_.strike("write to it", path(), Needs::space));
    return inner_->write_at(offset, bytes);
  }
  Result<> truncate(std::uint64_t size_bytes) override {
    PERSIST_TRY(owner_.strike("change its length", path()));
    return inner_->truncate(size_bytes);
  }
  Result<> sync() override {
    // Space that was promised to a write can be missing when it is carried out.
    if (auto struck = owner_.strike("sync it", path(), Needs::space); !struck) {
      PERSIST_TRY_ASSIGN(const FileInfo info, inner_->info());
      owner_.inner_.note({.kind = Event::Kind::failed_sync, .inode = info.inode - 1});
      return struck;
    }
    return inner_->sync();
  }
  Result<FileInfo> info() override {
    PERSIST_TRY(owner_.strike("look at it", path()));
    return inner_->info();
  }
  Result<> copy_permissions(const FileInfo& like) override {
    PERSIST_TRY(owner_.strike("set its mode", path()));
    return inner_->copy_permissions(like);
  }
  const std::string& path() const override { return inner_->path(); }

 private:
  FaultyFileSystem& owner_;
  std::unique_ptr<File> inner_;
};

Result<std::unique_ptr<File>> FaultyFileSystem::open(const std::string& path, OpenMode mode) {
  const bool creates = mode == OpenMode::create_new || mode == OpenMode::create_private ||
                       mode == OpenMode::open_or_create;
  PERSIST_TRY(strike("open it", path, creates ? Needs::space : Needs::nothing));
  PERSIST_TRY_ASSIGN(auto file, inner_.open(path, mode));
  return std::make_unique<FaultyFile>(*this, std::move(file));
}
Result<std::unique_ptr<File>> FaultyFileSystem::create_temporary(const std::string& directory) {
  PERSIST_TRY(strike("create a temporary file in it", directory, Needs::space));
  PERSIST_TRY_ASSIGN(auto file, inner_.create_temporary(directory));
  return std::make_unique<FaultyFile>(*this, std::move(file));
}
Result<FileInfo> FaultyFileSystem::info(const std::string& path) {
  PERSIST_TRY(strike("look at it", path));
  return inner_.info(path);
}
Result<std::vector<DirectoryEntry>> FaultyFileSystem::list(const std::string& directory) {
  PERSIST_TRY(strike("list it", directory));
  return inner_.list(directory);
}
Result<std::string> FaultyFileSystem::resolve(const std::string& path) {
  PERSIST_TRY(strike("follow its links", path));
  return inner_.resolve(path);
}
Result<> FaultyFileSystem::rename(const std::string& from, const std::string& to) {
  PERSIST_TRY(strike("rename a new file over it", to, Needs::space));
  return inner_.rename(from, to);
}
Result<> FaultyFileSystem::link(const std::string& from, const std::string& to) {
  PERSIST_TRY(strike("link a file to it", to, Needs::space));
  return inner_.link(from, to);
}
Result<> FaultyFileSystem::remove(const std::string& path) {
  if (auto struck = strike("remove it", path); !struck) {
    struck_a_removal_ = true;
    return struck;
  }
  return inner_.remove(path);
}
Result<> FaultyFileSystem::remove_directory(const std::string& path) {
  if (auto struck = strike("remove it", path); !struck) {
    struck_a_removal_ = true;
    return struck;
  }
  return inner_.remove_directory(path);
}
Result<> FaultyFileSystem::create_directories(const std::string& path) {
  PERSIST_TRY(strike("create the directory", path, Needs::space));
  return inner_.create_directories(path);
}
Result<> FaultyFileSystem::sync_directory(const std::string& path) {
  PERSIST_TRY(strike("sync the directory", path, Needs::space));
  return inner_.sync_directory(path);
}
Result<std::unique_ptr<DirectoryLock>> FaultyFileSystem::lock(const std::string& directory) {
  PERSIST_TRY(strike("lock the directory", directory));
  return inner_.lock(directory);
}
Result<bool> FaultyFileSystem::is_locked(const std::string& directory) {
  PERSIST_TRY(strike("look at the directory's lock", directory));
  return inner_.is_locked(directory);
}
Result<std::vector<ProcessInfo>> FaultyFileSystem::writers_of(const std::string& path) {
  PERSIST_TRY(strike("look for its writers", path));
  return inner_.writers_of(path);
}
Result<std::uint64_t> FaultyFileSystem::free_bytes(const std::string& directory) {
  PERSIST_TRY(strike("ask for its space", directory));
  return inner_.free_bytes(directory);
}

}  // namespace persist::simulation
