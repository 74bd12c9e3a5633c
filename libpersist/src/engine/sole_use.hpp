// What keeps all others away from a database's files while it is open.
#pragma once

#include <memory>
#include <persist/database_files.hpp>
#include <persist/file_system.hpp>
#include <string>
#include <utility>
#include <vector>

namespace persist::engine {

// The lock on the database's directory and, since its log and its snapshot may lie elsewhere, where
// the databases of another directory may have them too, a claim on each. Ends with this object.
//
// Against other processes a log elsewhere is known by who has it open for writing. Nobody has a
// snapshot open, and it may not be there yet: no lock on it could be held from the beginning.
class SoleUse {
 public:
  // Error `busy` when another Database has the directory or one of the files, or another process
  // has the log open for writing; `invalid_argument` when log and snapshot are one file.
  [[nodiscard]] static Result<std::unique_ptr<SoleUse>> take(FileSystem& files,
                                                             const DatabaseFiles& paths);
  ~SoleUse();
  SoleUse(const SoleUse&) = delete;
  SoleUse& operator=(const SoleUse&) = delete;

  // To be called once the log is open for writing: the directory's lock does not keep a process off
  // a log that lies elsewhere, but of two that open it at a time one sees the other. Error `busy`.
  [[nodiscard]] Result<> confirm() const;

 private:
  // A file is known by where its symbolic links lead, in its file system.
  using Name = std::pair<const FileSystem*, std::string>;

  SoleUse(FileSystem& files, std::string log) : files_(files), log_(std::move(log)) {}
  [[nodiscard]] Result<> claim(const std::string& path);
  // Whether another database has the file by whatever name: hard links are one file.
  [[nodiscard]] Result<bool> is_in_use(const std::string& resolved) const;
  [[nodiscard]] Result<> refuse_writers() const;

  FileSystem& files_;
  std::string log_;
  bool log_lies_elsewhere_ = false;
  std::unique_ptr<DirectoryLock> lock_;
  std::vector<Name> claims_;
};

}  // namespace persist::engine
