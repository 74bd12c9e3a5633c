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

// What is put back has to be what was taken away: the repaired file is the better one otherwise.
Result<> check_original(FileSystem& files, const std::string& originals, const Replaced& replaced) {
  const std::string path = originals + "/" + original_name(replaced.kind);
  PERSIST_TRY_ASSIGN(const FileIdentity now, identify(files, path, {}));
  if (now == replaced.original) return {};
  return fail(
      ErrorCode::damaged, path,
      now.exists ? "the original was altered since the repair kept it" : "the original is gone",
      "nothing was put back");
}

struct Planned {
  Replaced replaced;
  Step step = Step::already_back;
};

// The log first. Looks at everything before anything is changed.
Result<std::vector<Planned>> plan_undo(FileSystem& files, const DatabaseFiles& database,
                                       const std::string& originals) {
  PERSIST_TRY_ASSIGN(std::vector<Replaced> replaced, read_manifest(files, originals));
  std::ranges::sort(replaced, {}, [](const Replaced& item) { return item.kind != FileKind::log; });
  std::vector<Planned> planned;
  for (const Replaced& item : replaced) {
    PERSIST_TRY_ASSIGN(const Step step, step_for(files, path_of(database, item.kind), item));
    planned.push_back({item, step});
  }
  for (const auto& [item, step] : planned) {
    if (step == Step::put_back && item.original.exists) {
      PERSIST_TRY(check_original(files, originals, item));
    }
  }
  return planned;
}

}  // namespace

Result<std::vector<std::string>> put_all_back(FileSystem& files, const DatabaseFiles& database,
                                              const std::string& originals) {
  PERSIST_TRY_ASSIGN(const std::vector<Planned> planned, plan_undo(files, database, originals));
  std::vector<std::string> restored;
  for (const auto& [replaced, step] : planned) {
    if (replaced.was_left_alone()) continue;
    restored.push_back(path_of(database, replaced.kind));
    if (step == Step::already_back) continue;
    PERSIST_TRY(put_back(files, originals, replaced, restored.back()));
  }
  return restored;
}

void take_back(FileSystem& files, const DatabaseFiles& database, Originals& originals,
               Error& error) {
  if (put_all_back(files, database, originals.path())) return originals.discard();
  error.advice = "the originals are in " + originals.path() + "; an undo puts them back";
}

}  // namespace recover

Result<std::string> find_originals(FileSystem& files, const DatabaseFiles& database) {
  PERSIST_TRY_ASSIGN(std::string originals, recover::newest_originals(files, database.directory));
  PERSIST_TRY(recover::plan_undo(files, database, originals));
  return originals;
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
