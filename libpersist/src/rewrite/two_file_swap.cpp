#include "rewrite/two_file_swap.hpp"

#include <filesystem>

namespace persist::rewrite {
namespace {

Result<> replace(SoleWriter& sole, std::optional<AtomicFile>& fresh) {
  if (!fresh) return {};
  PERSIST_TRY(sole.check());
  PERSIST_TRY(fresh->commit());
  return sole.accept_change();
}

Result<> remove_old_snapshot(SoleWriter& sole) {
  if (!sole.snapshot()) return {};
  PERSIST_TRY(sole.check());
  // What a link points to goes; the link would then dangle, which is no snapshot to any release.
  PERSIST_TRY_ASSIGN(const std::string path, sole.files().resolve(sole.database().snapshot));
  PERSIST_TRY(sole.files().remove(path));
  const std::string parent = std::filesystem::path(path).parent_path().string();
  PERSIST_TRY(sole.files().sync_directory(parent.empty() ? "." : parent));
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
  if (fresh.remove_snapshot) return remove_old_snapshot(sole);
  return replace(sole, fresh.snapshot);
}

}  // namespace persist::rewrite
