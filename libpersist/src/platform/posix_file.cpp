#include "platform/posix_file.hpp"

#include <fcntl.h>
#include <unistd.h>

#include <algorithm>
#include <new>
#include <utility>

#include "platform/posix_error.hpp"

namespace persist::platform {
namespace {

constexpr std::uint32_t permission_bits = 07777;
constexpr std::uint32_t group_bits = 02070;
// Linux transfers at most about 2 GiB in a call.
constexpr std::size_t max_transfer_bytes = std::size_t{1} << 30U;

// Said of an owner that has no number in this user namespace, too: in a container, for one.
bool may_not_give_away(int os_error) {
  return os_error == EPERM || os_error == EINVAL;
}

class PosixFile final : public File {
 public:
  PosixFile(int descriptor, std::string path) : descriptor_(descriptor), path_(std::move(path)) {}
  ~PosixFile() override { ::close(descriptor_); }

  Result<std::size_t> read_at(std::uint64_t offset, std::span<char> into) override {
    std::size_t done = 0;
    while (done < into.size()) {
      const std::size_t want = std::min(into.size() - done, max_transfer_bytes);
      const ssize_t got =
          ::pread(descriptor_, into.data() + done, want, static_cast<off_t>(offset + done));
      if (got == 0) break;
      if (got < 0) {
        if (errno == EINTR) continue;
        return at(offset + done, "read from it");
      }
      done += static_cast<std::size_t>(got);
    }
    return done;
  }

  Result<> write_at(std::uint64_t offset, ByteView bytes) override {
    while (!bytes.empty()) {
      const std::size_t want = std::min(bytes.size(), max_transfer_bytes);
      const ssize_t put = ::pwrite(descriptor_, bytes.data(), want, static_cast<off_t>(offset));
      if (put < 0) {
        if (errno == EINTR) continue;
        return at(offset, "write to it");
      }
      // A regular file takes nothing only when the device has no room to say so otherwise.
      if (put == 0) return at(offset, "write to it", ENOSPC);
      bytes.remove_prefix(static_cast<std::size_t>(put));
      offset += static_cast<std::uint64_t>(put);
    }
    return {};
  }

  Result<> truncate(std::uint64_t size_bytes) override {
    while (::ftruncate(descriptor_, static_cast<off_t>(size_bytes)) != 0) {
      if (errno != EINTR) return system_error(path_, "change its length");
    }
    return {};
  }

  // fdatasync also writes the size, which is all the metadata that reading back needs. It is not
  // repeated after EINTR: a second call could report success for pages the first one gave up.
  Result<> sync() override {
    if (::fdatasync(descriptor_) != 0) return system_error(path_, "sync it to stable storage");
    return {};
  }

  // Its errors are the kernel's to keep, and sync()'s to report.
  void begin_sync(std::uint64_t offset, std::uint64_t length) noexcept override {
    static_cast<void>(::sync_file_range(descriptor_, static_cast<off_t>(offset),
                                        static_cast<off_t>(length), SYNC_FILE_RANGE_WRITE));
  }

  Result<FileInfo> info() override {
    struct stat status{};
    if (::fstat(descriptor_, &status) != 0) return system_error(path_, "look at it");
    return info_from(status);
  }

  Result<> copy_permissions(const FileInfo& like) override {
    PERSIST_TRY_ASSIGN(const bool is_same_group, copy_owner(like));
    // What the old group may do is not for the members of another.
    const std::uint32_t kept_bits = is_same_group ? permission_bits : permission_bits & ~group_bits;
    if (::fchmod(descriptor_, like.mode & kept_bits) != 0) {
      return system_error(path_, "set its mode");
    }
    return {};
  }

  const std::string& path() const override { return path_; }

 private:
  // Whether the group is that of `like` now.
  Result<bool> copy_owner(const FileInfo& like) {
    struct stat now{};
    if (::fstat(descriptor_, &now) != 0) return system_error(path_, "look at it");
    const bool has_group = now.st_gid == like.group;
    if (now.st_uid == like.user && has_group) return true;
    if (::fchown(descriptor_, like.user, like.group) == 0) return true;
    if (!may_not_give_away(errno)) return system_error(path_, "set its owner");
    // Only root may give a file away; for anyone else the new file stays theirs, as with any
    // editor, in the old one's group if they are in it.
    if (has_group || ::fchown(descriptor_, static_cast<uid_t>(-1), like.group) == 0) return true;
    if (!may_not_give_away(errno)) return system_error(path_, "set its group");
    return false;
  }

  std::unexpected<Error> at(std::uint64_t offset, const char* what, int os_error = errno) const {
    auto error = system_error(path_, what, os_error);
    error.error().offset = offset;
    return error;
  }

  int descriptor_;
  std::string path_;
};

}  // namespace

std::unique_ptr<File> adopt_descriptor(int descriptor, std::string path) {
  try {
    return std::make_unique<PosixFile>(descriptor, std::move(path));
  } catch (const std::bad_alloc&) {  // nobody else would close it
    ::close(descriptor);
    throw;
  }
}

FileInfo info_from(const struct stat& status) noexcept {
  FileInfo info;
  info.size_bytes = static_cast<std::uint64_t>(status.st_size);
  info.device = status.st_dev;
  info.inode = status.st_ino;
  info.modified_ns = static_cast<std::uint64_t>(status.st_mtim.tv_sec) * 1'000'000'000U +
                     static_cast<std::uint64_t>(status.st_mtim.tv_nsec);
  info.mode = status.st_mode & permission_bits;
  info.user = status.st_uid;
  info.group = status.st_gid;
  info.is_directory = S_ISDIR(status.st_mode);
  return info;
}

}  // namespace persist::platform
