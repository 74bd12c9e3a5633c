#include "format_text.hpp"
#include "platform/paths.hpp"
#include "platform/permissions.hpp"
#include "recover/file_identity.hpp"
#include "recover/new_files.hpp"
#include "recover/originals.hpp"
#include "recover/planned_file.hpp"
#include "rewrite/new_database.hpp"

namespace persist {
namespace recover {
namespace {

enum class Growth { is_change, is_ignored };

Result<FileIdentity> identify_now(FileSystem& files, const FilePlan& plan, Growth growth,
                                  const RepairOptions& options) {
  if (growth == Growth::is_change || !plan.identity.exists) {
    return identify(files, plan.path, options);
  }
  PERSIST_TRY_ASSIGN(const auto file, open_planned(files, plan));
  return identify(*file, options);
}

Result<> is_unchanged(FileSystem& files, const RepairPlan& plan, Growth growth,
                      const RepairOptions& options) {
  for (const FilePlan* file : {&plan.log, &plan.snapshot}) {
    PERSIST_TRY_ASSIGN(const FileIdentity now, identify_now(files, *file, growth, options));
    if (now == file->identity) continue;
    return fail(ErrorCode::changed, file->path, "it is not the file that the plan was made for",
                "plan again");
  }
  return {};
}

Result<> has_room(FileSystem& files, const RepairPlan& plan, const std::string& directory) {
  PERSIST_TRY_ASSIGN(const std::uint64_t free, files.free_bytes(directory));
  const std::uint64_t needed = bytes_needed(plan);
  if (free >= needed) return {};
  return fail(ErrorCode::no_space, directory,
              format_text("the repair needs {} bytes and {} are free", needed, free),
              "make room, or write the result into another directory");
}

RepairOutcome outcome_of(const RepairPlan& plan, const NewFiles& built, const Proof& proof) {
  RepairOutcome outcome;
  outcome.log_bytes =
      built.files.log ? built.files.log->size_bytes() : plan.log.identity.size_bytes;
  outcome.snapshot_bytes =
      built.files.snapshot ? built.files.snapshot->size_bytes() : plan.snapshot.identity.size_bytes;
  outcome.fingerprint = proof.fingerprint;
  outcome.live_keys = proof.live_keys;
  return outcome;
}

Result<> keep_original(Originals& originals, const RepairPlan& plan, const FilePlan& file,
                       std::optional<AtomicFile>& built, const RepairOptions& options) {
  if (!built) {
    originals.note_left_alone(file.kind, file.identity);
    return {};
  }
  PERSIST_TRY_ASSIGN(const FileIdentity repaired, identify(built->file(), options));
  return originals.keep(file, plan.lost, repaired);
}

Result<> keep_originals(Originals& originals, const RepairPlan& plan, NewFiles& built,
                        const RepairOptions& options, ByteView report) {
  PERSIST_TRY(keep_original(originals, plan, plan.snapshot, built.files.snapshot, options));
  PERSIST_TRY(keep_original(originals, plan, plan.log, built.files.log, options));
  return originals.finish(report);
}

// The snapshot first: with the old log it loads to the state that both new files have, because a
// repair takes from the old log exactly what every reader of it takes. What is swapped in already
// is taken back when the rest cannot be.
Result<> swap_in_place(rewrite::SoleWriter& sole, NewFiles& built, Originals& originals) {
  auto swapped = rewrite::swap_in(sole, built.files, rewrite::SwapOrder::snapshot_first);
  if (swapped) return {};
  take_back(sole.files(), sole.database(), originals, swapped.error());
  return swapped;
}

}  // namespace
}  // namespace recover

Result<RepairOutcome> apply_repair(FileSystem& files, const RepairPlan& plan,
                                   const RepairOptions& options, const ReportWriter& report) {
  using namespace recover;
  const DatabaseFiles& database = plan.database;
  PERSIST_TRY_ASSIGN(auto sole, rewrite::SoleWriter::take(files, database));
  PERSIST_TRY(is_unchanged(files, plan, Growth::is_change, options));
  PERSIST_TRY(check_limits(plan, options));
  for (const std::string& path : {database.log, database.snapshot}) {
    PERSIST_TRY_ASSIGN(const std::string resolved, files.resolve(path));
    if (plan.is_needed()) PERSIST_TRY(has_room(files, plan, platform::parent_of(resolved)));
  }
  const auto create = [&](const std::string& target, std::string_view suffix) {
    return create_replacement(sole, target, suffix);
  };
  PERSIST_TRY_ASSIGN(NewFiles built,
                     build_files(files, plan, options, {database, Unchanged::leave, create}));
  PERSIST_TRY_ASSIGN(const Proof proof, prove(files, plan, built, options));
  RepairOutcome outcome = outcome_of(plan, built, proof);
  outcome.written = database;
  if (!plan.is_needed()) return outcome;

  PERSIST_TRY_ASSIGN(Originals originals, Originals::create(files, database.directory));
  outcome.originals = originals.path();
  Result<> kept = keep_originals(originals, plan, built, options, report(plan, outcome));
  if (!kept) {
    originals.discard();
    return std::unexpected(std::move(kept).error());
  }
  PERSIST_TRY(swap_in_place(sole, built, originals));
  return outcome;
}

Result<RepairOutcome> write_repaired(FileSystem& files, const RepairPlan& plan,
                                     const RepairOptions& options, const DatabaseFiles& output) {
  using namespace recover;
  PERSIST_TRY(check_new_database(files, output));
  PERSIST_TRY(check_limits(plan, options));
  platform::NewDirectories directories(files);
  PERSIST_TRY(rewrite::make_directories(directories, output));
  // A live log grows while it is copied: the result is of the moment of the plan.
  PERSIST_TRY(is_unchanged(files, plan, Growth::is_ignored, options));
  PERSIST_TRY_ASSIGN(const auto log, info_if_there(files, plan.log.path));
  PERSIST_TRY_ASSIGN(const auto snapshot, info_if_there(files, plan.snapshot.path));
  const auto create = [&, like = platform::as_private_as(log, snapshot)](const std::string& target,
                                                                         std::string_view suffix) {
    return AtomicFile::create(files, target, suffix, like);
  };
  PERSIST_TRY_ASSIGN(NewFiles built,
                     build_files(files, plan, options, {output, Unchanged::copy, create}));
  PERSIST_TRY_ASSIGN(const Proof proof, prove(files, plan, built, options));
  RepairOutcome outcome = outcome_of(plan, built, proof);
  outcome.written = output;
  PERSIST_TRY(rewrite::put_in_place(files, built.files));
  directories.keep();
  return outcome;
}

}  // namespace persist
