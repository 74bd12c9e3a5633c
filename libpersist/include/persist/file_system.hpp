// The seam between this library and the machine: every byte read or written passes here. The POSIX
// one is what programs use; tests hand in one that lives in memory and crashes, or fails the n-th call.
#pragma once

#include <memory>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include <persist/formats/bytes.hpp>
#include <persist/result.hpp>

namespace persist {

struct FileInfo {
  std::uint64_t size_bytes = 0;
  std::uint64_t device = 0;
  std::uint64_t inode = 0;
  std::uint64_t modified_ns = 0;  // since 1970
  std::uint32_t mode = 0;         // permission bits
  std::uint32_t user = 0;
  std::uint32_t group = 0;
  bool is_directory = false;

  // By whatever names the two were reached.
  [[nodiscard]] bool is_same_file(const FileInfo& other) const noexcept {
    return device == other.device && inode == other.inode;
  }
  // The same file, which nobody has written to in between.
  [[nodiscard]] bool is_untouched_since(const FileInfo& before) const noexcept {
    return is_same_file(before) && size_bytes == before.size_bytes &&
           modified_ns == before.modified_ns;
  }
};

struct DirectoryEntry {
  std::string name;
  bool is_regular_file = false;
};

struct ProcessInfo {
  std::int64_t pid = 0;
  std::string name;
};

enum class OpenMode {
  read,            // must exist
  read_write,      // must exist
  open_or_create,  // read and write
  create_new,      // read and write; `exists` when it is there
  create_private,  // the same, with no rights for anyone but its user until copy_permissions()
};

// An open file. Closed by its destructor. One thread at a time, but for read_at and sync, which may
// run beside one writer.
class File {
 public:
  virtual ~File() = default;
  File() = default;
  File(const File&) = delete;
  File& operator=(const File&) = delete;

  // Reads from `offset` until `into` is full or the file ends; returns the number of bytes read, less
  // than asked for only at the end of the file. Interrupted and short reads are retried.
  [[nodiscard]] virtual Result<std::size_t> read_at(std::uint64_t offset, std::span<char> into) = 0;

  // Writes all of `bytes` at `offset`, growing the file as needed. After an error an unknown part of
  // them is in the file.
  [[nodiscard]] virtual Result<> write_at(std::uint64_t offset, ByteView bytes) = 0;

  [[nodiscard]] virtual Result<> truncate(std::uint64_t size_bytes) = 0;

  // Returns when contents and size are on stable storage. After an error nothing is known about any
  // byte written since the last success: the caller must not go on as if a later sync healed it.
  [[nodiscard]] virtual Result<> sync() = 0;

  // A hint that nobody waits for: what lies there may go to stable storage now, so that a later sync()
  // has less to do. Promises nothing, reports nothing.
  virtual void begin_sync(std::uint64_t /*offset*/, std::uint64_t /*length*/) noexcept {}

  [[nodiscard]] virtual Result<FileInfo> info() = 0;

  // Gives this file the owner, where the system permits it, and then the mode of `like`: without the
  // rights of the group when that is another one now.
  [[nodiscard]] virtual Result<> copy_permissions(const FileInfo& like) = 0;

  // The path it was opened by, for messages.
  [[nodiscard]] virtual const std::string& path() const = 0;
};

// Held until destroyed, by the process that took it.
class DirectoryLock {
 public:
  virtual ~DirectoryLock() = default;
};

class FileSystem {
 public:
  virtual ~FileSystem() = default;

  // Follows symbolic links. Error `not_a_database`, without waiting, for a pipe and all else that is
  // no regular file; `dangling_link` as info().
  [[nodiscard]] virtual Result<std::unique_ptr<File>> open(const std::string& path,
                                                           OpenMode mode) = 0;
  // A new file in `directory` that has no name and is gone when closed.
  [[nodiscard]] virtual Result<std::unique_ptr<File>> create_temporary(
      const std::string& directory) = 0;

  // Follows symbolic links. Error `not_found` when there is nothing, `dangling_link` when there is
  // a link to nothing.
  [[nodiscard]] virtual Result<FileInfo> info(const std::string& path) = 0;
  // Without "." and "..", sorted by name.
  [[nodiscard]] virtual Result<std::vector<DirectoryEntry>> list(const std::string& directory) = 0;
  // The path with symbolic links followed; the last component need not exist.
  [[nodiscard]] virtual Result<std::string> resolve(const std::string& path) = 0;

  // Replaces `to` in one step. The directory has to be synced before it is durable. Error
  // `unsupported` when `to` is on another file system: the caller copies.
  [[nodiscard]] virtual Result<> rename(const std::string& from, const std::string& to) = 0;
  // A second name for the same file, which must not exist yet. Error `unsupported` where the file
  // system has no such names, or `to` is on another one: the caller copies.
  [[nodiscard]] virtual Result<> link(const std::string& from, const std::string& to) = 0;
  [[nodiscard]] virtual Result<> remove(const std::string& path) = 0;
  // Removes an empty directory.
  [[nodiscard]] virtual Result<> remove_directory(const std::string& path) = 0;
  // Creates what is missing and makes it durable in its parents.
  [[nodiscard]] virtual Result<> create_directories(const std::string& path) = 0;
  [[nodiscard]] virtual Result<> sync_directory(const std::string& path) = 0;

  // An advisory lock on the directory itself, which leaves no file behind. Error `busy`, after a tenth
  // of a second, when another process (or another holder in this one) has it.
  [[nodiscard]] virtual Result<std::unique_ptr<DirectoryLock>> lock(const std::string& directory) = 0;
  // Whether somebody holds that lock now; writes nothing, and keeps nothing: it is taken, shared, for
  // an instant, which lock() waits out.
  [[nodiscard]] virtual Result<bool> is_locked(const std::string& directory) = 0;
  // Other processes that have the file open for writing, as far as this one may see: the real engine
  // takes no lock, so this is the only trace of it.
  [[nodiscard]] virtual Result<std::vector<ProcessInfo>> writers_of(const std::string& path) = 0;

  [[nodiscard]] virtual Result<std::uint64_t> free_bytes(const std::string& directory) = 0;
};

// Null when there is no such file, or the path is empty.
[[nodiscard]] Result<std::unique_ptr<File>> open_if_there(FileSystem& files, const std::string& path,
                                                          OpenMode mode = OpenMode::read);
// None when there is no such file.
[[nodiscard]] Result<std::optional<FileInfo>> info_if_there(FileSystem& files,
                                                            const std::string& path);

// The machine's file system. It has no state; every call returns the same object.
[[nodiscard]] FileSystem& posix_file_system() noexcept;

}  // namespace persist
