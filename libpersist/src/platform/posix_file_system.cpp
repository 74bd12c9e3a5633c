#include <dirent.h>
#include <fcntl.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <unistd.h>

#include <algorithm>
#include <chrono>
#include <cstddef>
#include <cstdlib>
#include <filesystem>
#include <new>
#include <thread>

#include "platform/paths.hpp"
#include "platform/posix_error.hpp"
#include "platform/posix_file.hpp"
#include "platform/posix_processes.hpp"

namespace persist {
namespace platform {
namespace {

class Descriptor {
 public:
  explicit Descriptor(int value) noexcept : value_(value) {}
  ~Descriptor() {
    if (value_ >= 0) ::close(value_);
  }
  Descriptor(Descriptor&& other) noexcept : value_(other.release()) {}
  Descriptor(const Descriptor&) = delete;
  Descriptor& operator=(const Descriptor&) = delete;
  [[nodiscard]] int get() const noexcept { return value_; }
  [[nodiscard]] bool is_open() const noexcept { return value_ >= 0; }
  [[nodiscard]] int release() noexcept { return std::exchange(value_, -1); }

 private:
  int value_;
};

int open_retrying(const std::string& path, int flags, mode_t mode = 0) {
  for (;;) {
    const int descriptor = ::open(path.c_str(), flags | O_CLOEXEC, mode);
    if (descriptor >= 0 || errno != EINTR) return descriptor;
  }
}

int flags_of(OpenMode mode) {
  switch (mode) {
    case OpenMode::read:
      return O_RDONLY;
    case OpenMode::read_write:
      return O_RDWR;
    case OpenMode::open_or_create:
      return O_RDWR | O_CREAT;
    case OpenMode::create_new:
    case OpenMode::create_private:
      return O_RDWR | O_CREAT | O_EXCL;
  }
  return O_RDONLY;
}

struct CloseDirectory {
  void operator()(DIR* directory) const noexcept { ::closedir(directory); }
};

bool is_regular_file(const std::string& path) {
  struct stat status{};
  return ::stat(path.c_str(), &status) == 0 && S_ISREG(status.st_mode);
}

const char* kind_of(mode_t mode) {
  if (S_ISDIR(mode)) return "directory";
  if (S_ISFIFO(mode)) return "pipe";
  return S_ISSOCK(mode) ? "socket" : "device";
}

// Nothing is there, or a link whose file is not: to take that for no file at all would be to go on
// without what is in it.
std::unexpected<Error> cannot_reach(const std::string& path, const char* what) {
  const int os_error = errno;
  std::error_code code;
  const auto target = std::filesystem::read_symlink(path, code);
  if (os_error != ENOENT || code) return system_error(path, what, os_error);
  return fail(ErrorCode::dangling_link, path,
              "this is a link to " + target.string() + ", which is not there",
              "mount what that is on, or mend or remove the link");
}

// A directory for temporary files that is not there, or not to be written to, is no trouble with
// what is read or made.
std::unexpected<Error> no_temporary(const std::string& directory) {
  Error error = system_error(directory, "create a temporary file in it").error();
  error.advice = "name another temporary directory";
  if (error.code != ErrorCode::no_space) error.code = ErrorCode::io;
  return std::unexpected(std::move(error));
}

// Who only asks whether it is locked has it, shared, for an instant: that is waited out.
int lock_patiently(int descriptor) {
  using namespace std::chrono_literals;
  constexpr auto pause = 5ms;
  for (auto left = 100ms;; left -= pause) {
    const int result = ::flock(descriptor, LOCK_EX | LOCK_NB);
    if (result == 0 || errno != EWOULDBLOCK || left <= 0ms) return result;
    std::this_thread::sleep_for(pause);
  }
}

class FlockedDirectory final : public DirectoryLock {
 public:
  explicit FlockedDirectory(Descriptor&& locked) noexcept : descriptor_(std::move(locked)) {}
  // To close it would not give the lock back while a child of fork() has it open. A child gives
  // back nothing: the lock is its parent's.
  ~FlockedDirectory() override {
    if (::getpid() == owner_) ::flock(descriptor_.get(), LOCK_UN);
  }
  FlockedDirectory(const FlockedDirectory&) = delete;
  FlockedDirectory& operator=(const FlockedDirectory&) = delete;

 private:
  const pid_t owner_ = ::getpid();
  Descriptor descriptor_;
};

class PosixFileSystem final : public FileSystem {
 public:
  Result<std::unique_ptr<File>> open(const std::string& path, OpenMode mode) override {
    // A pipe's open would wait for whoever opens its other end.
    const mode_t rights = mode == OpenMode::create_private ? 0600 : 0666;
    int opened = open_retrying(path, flags_of(mode) | O_NONBLOCK, rights);
    // Somebody has a lease on the file, such as a file server: it is given up while this waits.
    if (opened < 0 && errno == EWOULDBLOCK) opened = open_retrying(path, flags_of(mode), rights);
    Descriptor descriptor(opened);
    if (!descriptor.is_open()) {
      const bool creates = (flags_of(mode) & O_EXCL) != 0;
      return cannot_reach(path, creates ? "create it" : "open it");
    }
    struct stat status{};
    if (::fstat(descriptor.get(), &status) != 0) return system_error(path, "look at it");
    if (!S_ISREG(status.st_mode)) {
      return fail(ErrorCode::not_a_database, path,
                  std::string("this is a ") + kind_of(status.st_mode) + ", and no file");
    }
    std::string name = path;
    return adopt_descriptor(descriptor.release(), std::move(name));
  }

  Result<std::unique_ptr<File>> create_temporary(const std::string& directory) override {
    int descriptor = open_retrying(directory, O_RDWR | O_TMPFILE, 0600);
    if (descriptor < 0 && (errno == EOPNOTSUPP || errno == EISDIR || errno == EINVAL)) {
      // A file system without O_TMPFILE: a named file that loses its name at once.
      std::string name = directory + "/persist-XXXXXX";
      descriptor = ::mkostemp(name.data(), O_CLOEXEC);
      if (descriptor >= 0) ::unlink(name.c_str());
    }
    if (descriptor < 0) return no_temporary(directory);
    return adopt_descriptor(descriptor, directory + "/(temporary file)");
  }

  Result<FileInfo> info(const std::string& path) override {
    struct stat status{};
    if (::stat(path.c_str(), &status) != 0) return cannot_reach(path, "look at it");
    return info_from(status);
  }

  Result<std::vector<DirectoryEntry>> list(const std::string& directory) override {
    // Not std::filesystem's iterator, which ends the program when memory runs out (GCC 12).
    const std::unique_ptr<DIR, CloseDirectory> opened(::opendir(directory.c_str()));
    if (!opened) return system_error(directory, "list it");
    std::vector<DirectoryEntry> entries;
    for (;;) {
      errno = 0;
      const dirent* const entry = ::readdir(opened.get());  // NOLINT(concurrency-mt-unsafe)
      if (entry == nullptr) break;
      std::string name = entry->d_name;
      if (name == "." || name == "..") continue;
      const bool is_told = entry->d_type != DT_UNKNOWN && entry->d_type != DT_LNK;
      const bool is_regular =
          is_told ? entry->d_type == DT_REG : is_regular_file(directory + "/" + name);
      entries.push_back({std::move(name), is_regular});
    }
    if (errno != 0) return system_error(directory, "list it", errno);
    std::ranges::sort(entries, {}, &DirectoryEntry::name);
    return entries;
  }

  Result<std::string> resolve(const std::string& path) override {
    std::error_code code;
    const auto resolved = std::filesystem::weakly_canonical(path, code);
    if (code) return system_error(path, "follow its links", code.value());
    return resolved.string();
  }

  Result<> rename(const std::string& from, const std::string& to) override {
    if (::rename(from.c_str(), to.c_str()) == 0) return {};
    if (errno == EXDEV) return fail(ErrorCode::unsupported, to, "it is on another file system");
    return system_error(to, "rename a new file over it");
  }

  Result<> link(const std::string& from, const std::string& to) override {
    if (::link(from.c_str(), to.c_str()) == 0) return {};
    // EPERM also stands for a kernel that protects other people's files from being linked.
    if (errno == EPERM || errno == EXDEV || errno == EMLINK || errno == EOPNOTSUPP) {
      return fail(ErrorCode::unsupported, to, "cannot give a file a second name there");
    }
    return system_error(to, "link a file to it");
  }

  Result<> remove(const std::string& path) override {
    if (::unlink(path.c_str()) != 0) return system_error(path, "remove it");
    return {};
  }

  Result<> remove_directory(const std::string& path) override {
    if (::rmdir(path.c_str()) != 0) return system_error(path, "remove it");
    return {};
  }

  Result<> create_directories(const std::string& path) override {
    struct stat status{};
    if (::stat(path.c_str(), &status) == 0) {
      if (S_ISDIR(status.st_mode)) return {};
      return system_error(path, "create the directory", EEXIST);
    }
    const std::string parent = parent_of(path);
    if (parent != path) PERSIST_TRY(create_directories(parent));
    if (::mkdir(path.c_str(), 0777) != 0 && errno != EEXIST) {
      return system_error(path, "create the directory");
    }
    return sync_directory(parent);
  }

  Result<> sync_directory(const std::string& path) override {
    const Descriptor directory(open_retrying(path, O_RDONLY | O_DIRECTORY));
    if (!directory.is_open()) return system_error(path, "open the directory");
    if (::fsync(directory.get()) != 0) return system_error(path, "sync the directory");
    return {};
  }

  Result<std::unique_ptr<DirectoryLock>> lock(const std::string& directory) override {
    Descriptor descriptor(open_retrying(directory, O_RDONLY | O_DIRECTORY));
    if (!descriptor.is_open()) return system_error(directory, "open the directory");
    if (lock_patiently(descriptor.get()) != 0) {
      if (errno == EWOULDBLOCK) {
        return fail(ErrorCode::busy, directory,
                    "another process has this database open for writing",
                    "stop it, or try again later");
      }
      return system_error(directory, "lock the directory");
    }
    return std::make_unique<FlockedDirectory>(std::move(descriptor));
  }

  Result<bool> is_locked(const std::string& directory) override {
    const Descriptor descriptor(open_retrying(directory, O_RDONLY | O_DIRECTORY));
    if (!descriptor.is_open()) return system_error(directory, "open the directory");
    // A shared lock, given back when the descriptor closes: two readers do not meet each other.
    if (::flock(descriptor.get(), LOCK_SH | LOCK_NB) == 0) return false;
    if (errno == EWOULDBLOCK) return true;
    return system_error(directory, "look at the directory's lock");
  }

  Result<std::vector<ProcessInfo>> writers_of(const std::string& path) override {
    struct stat status{};
    if (::stat(path.c_str(), &status) != 0) {
      if (errno == ENOENT) return std::vector<ProcessInfo>{};
      return system_error(path, "look at it");
    }
    return other_writers_of(status.st_dev, status.st_ino);
  }

  Result<std::uint64_t> free_bytes(const std::string& directory) override {
    struct statvfs status{};
    if (::statvfs(directory.c_str(), &status) != 0)
      return system_error(directory, "ask for its space");
    return static_cast<std::uint64_t>(status.f_bavail) * status.f_frsize;
  }
};

}  // namespace
}  // namespace platform

FileSystem& posix_file_system() noexcept {
  // Never destroyed: globals that use it may go later.
  alignas(platform::PosixFileSystem) static std::byte storage[sizeof(platform::PosixFileSystem)];
  static auto* const instance = new (storage) platform::PosixFileSystem;
  return *instance;
}

}  // namespace persist
