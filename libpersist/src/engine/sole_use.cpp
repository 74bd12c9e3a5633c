#include "engine/sole_use.hpp"

#include <algorithm>
#include <mutex>
#include <set>

#include "inspect/distinct_files.hpp"
#include "platform/paths.hpp"
#include "platform/writers.hpp"

namespace persist::engine {
namespace {

// The files of all databases that this process has open.
struct FilesInUse {
  std::mutex mutex;
  std::set<std::pair<const FileSystem*, std::string>> names;
};

// Never destroyed: a database that is a global itself may be closed after all function statics.
FilesInUse& files_in_use() {
  static auto& files = *new FilesInUse;
  return files;
}

}  // namespace

Result<std::unique_ptr<SoleUse>> SoleUse::take(FileSystem& files, const DatabaseFiles& paths) {
  PERSIST_TRY_ASSIGN(const auto log, info_if_there(files, paths.log));
  PERSIST_TRY_ASSIGN(const auto snapshot, info_if_there(files, paths.snapshot));
  if (log && snapshot) {
    PERSIST_TRY(refuse_one_file(paths.log, *log, paths.snapshot, *snapshot));
  }
  std::unique_ptr<SoleUse> sole(new SoleUse(files, paths.log));
  PERSIST_TRY_ASSIGN(sole->lock_, files.lock(paths.directory));
  PERSIST_TRY(sole->claim(paths.log));
  PERSIST_TRY(sole->claim(paths.snapshot));
  PERSIST_TRY_ASSIGN(const std::string directory, files.resolve(paths.directory));
  sole->log_lies_elsewhere_ = platform::parent_of(sole->claims_.front().second) != directory;
  PERSIST_TRY(sole->refuse_writers());
  return sole;
}

SoleUse::~SoleUse() {
  const std::scoped_lock lock(files_in_use().mutex);
  for (const Name& name : claims_) files_in_use().names.erase(name);
}

Result<> SoleUse::claim(const std::string& path) {
  PERSIST_TRY_ASSIGN(std::string resolved, files_.resolve(path));
  claims_.reserve(claims_.size() + 1);
  Name name(&files_, std::move(resolved));
  const std::scoped_lock lock(files_in_use().mutex);
  PERSIST_TRY_ASSIGN(const bool has_other_name, is_in_use(name.second));
  if (has_other_name || !files_in_use().names.insert(name).second) {
    return fail(ErrorCode::busy, path, "another database of this process has it",
                "close that one, or give each its own files");
  }
  claims_.push_back(std::move(name));
  return {};
}

// Under the mutex. By what the names lead to now: a snapshot, or the cut behind it, puts another
// file there.
Result<bool> SoleUse::is_in_use(const std::string& resolved) const {
  PERSIST_TRY_ASSIGN(const auto own, info_if_there(files_, resolved));
  if (!own || (own->device == 0 && own->inode == 0)) return false;  // not told apart by numbers
  return std::ranges::any_of(files_in_use().names, [&](const Name& used) {
    if (used.first != &files_) return false;
    const auto other = files_.info(used.second);
    return other && other->is_same_file(*own);
  });
}

Result<> SoleUse::confirm() const {
  return log_lies_elsewhere_ ? refuse_writers() : Result<>{};
}

Result<> SoleUse::refuse_writers() const {
  return platform::refuse_writers(files_, log_, "stop it, or try again later");
}

}  // namespace persist::engine
