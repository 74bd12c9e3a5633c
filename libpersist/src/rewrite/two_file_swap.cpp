#include "rewrite/two_file_swap.hpp"

namespace persist::rewrite {
namespace {

Result<> replace(SoleWriter& sole, std::optional<AtomicFile>& fresh) {
  if (!fresh) return {};
  PERSIST_TRY(sole.check());
  PERSIST_TRY(fresh->commit());
  return sole.accept_change();
}

Result<> keep_as_rejected(FileSystem& files, std::optional<AtomicFile>& fresh,
                          std::vector<std::string>& paths) {
  if (!fresh) return {};
  PERSIST_TRY(fresh->sync());
  fresh->keep();
  const std::string path = fresh->target_path() + ".rejected";
  PERSIST_TRY(files.rename(fresh->temporary_path(), path));
  paths.push_back(path);
  return {};
}

}  // namespace

Result<std::vector<std::string>> NewFiles::set_aside(FileSystem& files) {
  std::vector<std::string> paths;
  PERSIST_TRY(keep_as_rejected(files, snapshot, paths));
  PERSIST_TRY(keep_as_rejected(files, log, paths));
  return paths;
}

Result<> swap_in(SoleWriter& sole, NewFiles& fresh, SwapOrder order) {
  // Before the first rename: a disk that is full is noticed while nothing has changed.
  if (fresh.snapshot) PERSIST_TRY(fresh.snapshot->sync());
  if (fresh.log) PERSIST_TRY(fresh.log->sync());
  if (order == SwapOrder::snapshot_first) {
    PERSIST_TRY(replace(sole, fresh.snapshot));
    return replace(sole, fresh.log);
  }
  PERSIST_TRY(replace(sole, fresh.log));
  return replace(sole, fresh.snapshot);
}

}  // namespace persist::rewrite
