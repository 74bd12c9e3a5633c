#include <algorithm>

#include "recover/file_identity.hpp"
#include "recover/originals.hpp"
#include "rewrite/sole_writer.hpp"

namespace persist {
namespace recover {
namespace {

const std::string& path_of(const DatabaseFiles& database, FileKind kind) {
  return kind == FileKind::log ? database.log : database.snapshot;
}

enum class Step { put_back, already_back };

// What has to be done for one file; an interrupted undo has done some of it.
Result<Step> step_for(FileSystem& files, const std::string& path, const Replaced& replaced) {
  PERSIST_TRY_ASSIGN(const FileIdentity now, identify(files, path, {}));
  if (now == replaced.original) return Step::already_back;
  if (now == replaced.repaired) return Step::put_back;
  return fail(ErrorCode::changed, path,
              "it was written to since the repair, and putting the original back would lose that",
              "copy the original by hand if that is what you want");
}

}  // namespace

Result<std::vector<std::string>> put_all_back(FileSystem& files, const DatabaseFiles& database,
                                              const std::string& originals) {
  PERSIST_TRY_ASSIGN(std::vector<Replaced> replaced, read_manifest(files, originals));
  std::ranges::sort(replaced, {}, [](const Replaced& item) { return item.kind != FileKind::log; });
  std::vector<Step> steps;
  for (const Replaced& item : replaced) {
    PERSIST_TRY_ASSIGN(const Step step, step_for(files, path_of(database, item.kind), item));
    steps.push_back(step);
  }
  std::vector<std::string> restored;
  for (std::size_t i = 0; i < replaced.size(); ++i) {
    restored.push_back(path_of(database, replaced[i].kind));
    if (steps[i] == Step::already_back) continue;
    PERSIST_TRY(put_back(files, originals, replaced[i], restored.back()));
  }
  return restored;
}

}  // namespace recover

Result<std::string> find_originals(FileSystem& files, const DatabaseFiles& database) {
  return recover::newest_originals(files, database.directory);
}

Result<UndoOutcome> undo_repair(FileSystem& files, const DatabaseFiles& database) {
  using namespace recover;
  PERSIST_TRY_ASSIGN(const auto sole, rewrite::SoleWriter::take(files, database));
  UndoOutcome outcome;
  PERSIST_TRY_ASSIGN(outcome.originals, newest_originals(files, database.directory));
  PERSIST_TRY_ASSIGN(outcome.restored, put_all_back(files, database, outcome.originals));
  PERSIST_TRY(remove_originals(files, outcome.originals));
  return outcome;
}

}  // namespace persist
