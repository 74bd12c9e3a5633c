// A file system that lives in memory and remembers what was done to it.
#pragma once

#include <functional>
#include <memory>
#include <mutex>
#include <persist/file_system.hpp>

#include "simulation/image.hpp"

namespace persist::simulation {

// May be used from several threads, as an open database does.
class MemoryFileSystem final : public FileSystem {
 public:
  MemoryFileSystem() = default;
  explicit MemoryFileSystem(const Image& image);

  // Everything from now on is appended to `trace`, which outlives this object; null ends it.
  void record(std::vector<Event>* trace);
  // Appends an event that is none of the file system's.
  void note(Event event);
  // What a crash that loses nothing would leave: what a killed process leaves.
  [[nodiscard]] Image image() const;
  // Called with the file's path in front of every write, which waits for it; it may block.
  void before_write(std::function<void(const std::string&)> call) {
    before_write_ = std::move(call);
  }
  void set_free_bytes(std::uint64_t bytes) { free_bytes_ = bytes; }

  Result<std::unique_ptr<File>> open(const std::string& path, OpenMode mode) override;
  Result<std::unique_ptr<File>> create_temporary(const std::string& directory) override;
  Result<FileInfo> info(const std::string& path) override;
  Result<std::vector<DirectoryEntry>> list(const std::string& directory) override;
  Result<std::string> resolve(const std::string& path) override;
  Result<> rename(const std::string& from, const std::string& to) override;
  Result<> link(const std::string& from, const std::string& to) override;
  Result<> remove(const std::string& path) override;
  Result<> remove_directory(const std::string& path) override;
  Result<> create_directories(const std::string& path) override;
  Result<> sync_directory(const std::string& path) override;
  Result<std::unique_ptr<DirectoryLock>> lock(const std::string& directory) override;
  Result<bool> is_locked(const std::string& directory) override;
  Result<std::vector<ProcessInfo>> writers_of(const std::string& path) override;
  Result<std::uint64_t> free_bytes(const std::string& directory) override;

 private:
  struct Node {
    Inode inode = 0;
    std::string bytes;
    std::uint64_t modified = 0;
    bool is_named = true;  // what happens to a file without a name dies with the process
  };
  class OpenFile;
  class HeldLock;

  [[nodiscard]] bool has_directory(const std::string& path) const;
  [[nodiscard]] FileInfo info_of(const Node& node) const;
  void append(Event event);
  std::shared_ptr<Node> make_node(bool is_named);

  mutable std::mutex mutex_;
  std::map<std::string, std::shared_ptr<Node>> names_;
  std::set<std::string> directories_;
  std::set<std::string> locks_;
  Inode next_inode_ = 0;
  std::uint64_t clock_ = 0;  // counts changes; stands for the time of day
  std::uint64_t free_bytes_ = std::uint64_t{1} << 40U;
  std::vector<Event>* trace_ = nullptr;
  std::function<void(const std::string&)> before_write_;
};

}  // namespace persist::simulation
