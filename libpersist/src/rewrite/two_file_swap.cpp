#include "rewrite/two_file_swap.hpp"

namespace persist::rewrite {
namespace {

Result<> replace(SoleWriter& sole, std::optional<AtomicFile>& fresh, std::string_view suffix) {
  if (!fresh) return {};
  PERSIST_TRY(sole.check());
  if (sole.kept() != nullptr) PERSIST_TRY(sole.kept()->keep(fresh->target_path(), suffix));
  const auto committed = fresh->commit();
  // The rename may have been done although the sync after it was not.
  if (sole.kept() != nullptr) sole.kept()->note_replacement();
  if (!committed) return committed;
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

Result<> put_in_place(FileSystem& files, NewFiles& fresh) {
  if (fresh.snapshot) PERSIST_TRY(fresh.snapshot->commit_as_new());
  if (!fresh.log) return {};
  auto done = fresh.log->commit_as_new();
  // What cannot be removed is found by the next who looks there.
  if (!done && fresh.snapshot) static_cast<void>(files.remove(fresh.snapshot->target_path()));
  return done;
}

Result<> swap_in(SoleWriter& sole, NewFiles& fresh, SwapOrder order) {
  // Before the first rename: a disk that is full is noticed while nothing has changed.
  if (fresh.snapshot) PERSIST_TRY(fresh.snapshot->sync());
  if (fresh.log) PERSIST_TRY(fresh.log->sync());
  if (order == SwapOrder::snapshot_first) {
    PERSIST_TRY(replace(sole, fresh.snapshot, "tmp"));
    return replace(sole, fresh.log, "new");
  }
  PERSIST_TRY(replace(sole, fresh.log, "new"));
  return replace(sole, fresh.snapshot, "tmp");
}

}  // namespace persist::rewrite
