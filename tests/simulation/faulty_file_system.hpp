// A file system of which the n-th call fails, as machines fail.
#pragma once

#include <atomic>
#include <memory>
#include <string>

#include "simulation/memory_file_system.hpp"

namespace persist::simulation {

enum class FaultKind {
  io,           // any call: EIO. What a failed sync was to write may never reach the disk
  no_space,     // calls that need space: ENOSPC
  interrupted,  // any call: EINTR
  short_write,  // half of a write's bytes are written, then ENOSPC
};
inline constexpr std::size_t fault_kind_count = 4;
[[nodiscard]] std::string_view name_of(FaultKind kind) noexcept;

struct Fault {
  FaultKind kind = FaultKind::io;
  std::uint64_t at_call = 0;  // of those that this kind can strike; 0 is the first
  bool for_good = false;      // all later ones fail, too
};

class FaultyFileSystem final : public FileSystem {
 public:
  // The i/o happens in `inner`.
  FaultyFileSystem(MemoryFileSystem& inner, const Fault& fault) : inner_(inner), fault_(fault) {}

  [[nodiscard]] bool has_struck() const { return calls_ > fault_.at_call; }
  // Whether a call failed without which nothing can be tidied up.
  [[nodiscard]] bool has_struck_a_removal() const { return struck_a_removal_; }
  // The first call that failed, for messages.
  [[nodiscard]] const std::string& struck_call() const { return struck_call_; }
  [[nodiscard]] const std::set<std::string>& struck_paths() const { return struck_paths_; }

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
  class FaultyFile;
  enum class Needs { nothing, space };

  Result<> strike(const char* call, const std::string& path, Needs needs = Needs::nothing);
  [[nodiscard]] bool strikes_now();
  [[nodiscard]] std::unexpected<Error> error(const char* call, const std::string& path);

  MemoryFileSystem& inner_;
  Fault fault_;
  std::atomic<std::uint64_t> calls_{0};
  std::string struck_call_;
  std::set<std::string> struck_paths_;
  bool struck_a_removal_ = false;
};

}  // namespace persist::simulation
