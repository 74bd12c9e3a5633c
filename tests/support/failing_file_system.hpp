// A file system that does what another does until one kind of call is told to fail.
#pragma once

#include <limits>
#include <memory>
#include <persist/file_system.hpp>
#include <string>
#include <utility>

namespace persist::test {

enum class Call { none, create, write, sync, rename, link, sync_directory };

// Fails the calls of the chosen kind from the `after`-th on (0: the first), `times` of them.
class FailingFileSystem : public FileSystem {
 public:
  explicit FailingFileSystem(FileSystem& inner) : inner_(inner) {}

  void fail(Call call, ErrorCode code = ErrorCode::io, int after = 0,
            int times = std::numeric_limits<int>::max()) {
    call_ = call;
    code_ = code;
    remaining_ = after;
    times_ = times;
  }
  // As where files have no second names, besides.
  void forbid_links() { links_are_forbidden_ = true; }

  // As a file that whoever runs this may not read.
  void hide(const std::string& path) { hidden_ = path; }

  Result<std::unique_ptr<File>> open(const std::string& path, OpenMode mode) override {
    if (path == hidden_) return persist::fail(ErrorCode::permission, path, "permission denied");
    if (mode == OpenMode::create_new || mode == OpenMode::create_private) {
      PERSIST_TRY(check(Call::create, path));
    }
    PERSIST_TRY_ASSIGN(auto file, inner_.open(path, mode));
    return std::make_unique<FailingFile>(*this, std::move(file));
  }
  Result<std::unique_ptr<File>> create_temporary(const std::string& directory) override {
    PERSIST_TRY(check(Call::create, directory));
    PERSIST_TRY_ASSIGN(auto file, inner_.create_temporary(directory));
    return std::make_unique<FailingFile>(*this, std::move(file));
  }
  Result<FileInfo> info(const std::string& path) override { return inner_.info(path); }
  Result<std::vector<DirectoryEntry>> list(const std::string& directory) override {
    return inner_.list(directory);
  }
  Result<std::string> resolve(const std::string& path) override { return inner_.resolve(path); }
  Result<> rename(const std::string& from, const std::string& to) override {
    PERSIST_TRY(check(Call::rename, to));
    return inner_.rename(from, to);
  }
  Result<> link(const std::string& from, const std::string& to) override {
    PERSIST_TRY(check(Call::link, to));
    if (links_are_forbidden_) return persist::fail(ErrorCode::unsupported, to, "no links here");
    return inner_.link(from, to);
  }
  Result<> remove(const std::string& path) override { return inner_.remove(path); }
  Result<> remove_directory(const std::string& path) override {
    return inner_.remove_directory(path);
  }
  Result<> create_directories(const std::string& path) override {
    return inner_.create_directories(path);
  }
  Result<> sync_directory(const std::string& path) override {
    PERSIST_TRY(check(Call::sync_directory, path));
    return inner_.sync_directory(path);
  }
  Result<std::unique_ptr<DirectoryLock>> lock(const std::string& directory) override {
    return inner_.lock(directory);
  }
  Result<bool> is_locked(const std::string& directory) override {
    return inner_.is_locked(directory);
  }
  Result<std::vector<ProcessInfo>> writers_of(const std::string& path) override {
    return inner_.writers_of(path);
  }
  Result<std::uint64_t> free_bytes(const std::string& directory) override {
    return inner_.free_bytes(directory);
  }

 private:
  class FailingFile final : public File {
   public:
    FailingFile(FailingFileSystem& owner, std::unique_ptr<File> inner)
        : owner_(owner), inner_(std::move(inner)) {}
    Result<std::size_t> read_at(std::uint64_t offset, std::span<char> into) override {
      return inner_->read_at(offset, into);
    }
    Result<> write_at(std::uint64_t offset, ByteView bytes) override {
      PERSIST_TRY(owner_.check(Call::write, path()));
      return inner_->write_at(offset, bytes);
    }
    Result<> truncate(std::uint64_t size_bytes) override { return inner_->truncate(size_bytes); }
    Result<> sync() override {
      PERSIST_TRY(owner_.check(Call::sync, path()));
      return inner_->sync();
    }
    Result<FileInfo> info() override { return inner_->info(); }
    Result<> copy_permissions(const FileInfo& like) override {
      return inner_->copy_permissions(like);
    }
    const std::string& path() const override { return inner_->path(); }

   private:
    FailingFileSystem& owner_;
    std::unique_ptr<File> inner_;
  };

  Result<> check(Call call, const std::string& path) {
    if (call != call_ || remaining_-- > 0 || times_-- <= 0) return {};
    return persist::fail(code_, path, "failed on purpose");
  }

  FileSystem& inner_;
  Call call_ = Call::none;
  ErrorCode code_ = ErrorCode::io;
  int remaining_ = 0;
  int times_ = 0;
  std::string hidden_;
  bool links_are_forbidden_ = false;
};

}  // namespace persist::test
