#include "inspect/distinct_files.hpp"

namespace persist {

std::unexpected<Error> one_file(const std::string& log, const std::string& snapshot) {
  return fail(ErrorCode::invalid_argument, log,
              "as the log it is the same file as the snapshot, " + snapshot,
              "a database has two; nothing was changed");
}

Result<> refuse_one_file(const std::string& log, const FileInfo& log_info,
                         const std::string& snapshot, const FileInfo& snapshot_info) {
  // Neither is known of what is no file of a file system.
  const bool is_known = log_info.device != 0 || log_info.inode != 0;
  if (!is_known || !log_info.is_same_file(snapshot_info)) return {};
  return one_file(log, snapshot);
}

Result<> refuse_one_file(File* log, File* snapshot) {
  if (log == nullptr || snapshot == nullptr) return {};
  PERSIST_TRY_ASSIGN(const FileInfo log_info, log->info());
  PERSIST_TRY_ASSIGN(const FileInfo snapshot_info, snapshot->info());
  return refuse_one_file(log->path(), log_info, snapshot->path(), snapshot_info);
}

}  // namespace persist
