#include "recover/new_files.hpp"

#include "platform/copy_range.hpp"
#include "recover/clean_read.hpp"
#include "recover/log_rewrite.hpp"
#include "recover/planned_file.hpp"
#include "recover/snapshot_rewrite.hpp"
#include "recover/state_fingerprint.hpp"

namespace persist::recover {
namespace {

using OpenFile = std::unique_ptr<File>;

LogBuilder::Output into(AtomicFile& file) {
  return [&file](ByteView bytes) { return file.append(bytes); };
}

Result<> copy_into(AtomicFile& target, File& source, std::uint64_t size_bytes,
                   const RepairOptions& options) {
  return platform::copy_range(source, 0, size_bytes, target, options.progress);
}

// Of a log that needs no rewriting. The end that its writer had not finished is no finding there,
// but would be one in a copy that nobody writes to.
std::uint64_t bytes_to_copy(const RepairPlan& plan) {
  return plan.live ? plan.survey->log->summary.end_of_valid_bytes : plan.log.identity.size_bytes;
}

std::unexpected<Error> not_as_planned(const std::string& target, const char* what) {
  return fail(ErrorCode::damaged, target, std::string("the new file was not swapped in: ") + what,
              "the old files are untouched; a strict repair leaves out what only looks whole");
}

Result<std::uint64_t> write_log(FileSystem& files, const RepairPlan& plan, File& log,
                                const RepairOptions& options, AtomicFile& target) {
  const Survey& survey = *plan.survey;
  std::vector<OpenFile> adopted;
  std::vector<File*> sources{&log};
  for (const std::string& path : survey.adopted) {
    PERSIST_TRY_ASSIGN(OpenFile file, files.open(path, OpenMode::read));
    sources.push_back(file.get());
    adopted.push_back(std::move(file));
  }
  PERSIST_TRY_ASSIGN(const WrittenLog written,
                     rewrite_log(sources, *survey.log, survey.rules, options, into(target)));
  if (written.commits + written.repeats_left_out != plan.recovered_commits) {
    return not_as_planned(target.target_path(), "it has not as many commits as were planned");
  }
  return written.records;
}

Result<> build_log(FileSystem& files, const RepairPlan& plan, const RepairOptions& options,
                   File& log, const Destination& to, NewFiles& built) {
  PERSIST_TRY_ASSIGN(built.files.log, to.create(to.files.log, "new"));
  if (plan.log.rewrite) {
    PERSIST_TRY_ASSIGN(built.log_records, write_log(files, plan, log, options, *built.files.log));
  } else {
    PERSIST_TRY(copy_into(*built.files.log, log, bytes_to_copy(plan), options));
  }
  return built.files.log->sync();
}

Result<> build_snapshot(FileSystem& files, const RepairPlan& plan, const RepairOptions& options,
                        File& snapshot, File* log, const Destination& to, NewFiles& built) {
  PERSIST_TRY_ASSIGN(built.files.snapshot, to.create(to.files.snapshot, "tmp"));
  if (!plan.snapshot.rewrite) {
    PERSIST_TRY(
        copy_into(*built.files.snapshot, snapshot, plan.snapshot.identity.size_bytes, options));
    return built.files.snapshot->sync();
  }
  const SnapshotSummary& summary = plan.survey->snapshot->summary;
  PERSIST_TRY_ASSIGN(const auto filling, load_filling(files, log, *plan.survey, options));
  const State* const fill = filling ? &*filling : nullptr;
  const Compression compression = summary.looks_like_lz4 ? Compression::lz4 : summary.compression;
  PERSIST_TRY_ASSIGN(built.snapshot_entries,
                     rewrite_snapshot(snapshot, *plan.survey, fill, compression, options,
                                      into(*built.files.snapshot)));
  return built.files.snapshot->sync();
}

Result<> prove_log(NewFiles& built) {
  AtomicFile& log = *built.files.log;
  PERSIST_TRY_ASSIGN(const auto records, count_clean_records(log.file()));
  if (!records) return not_as_planned(log.target_path(), "it does not read back clean");
  if (*records != built.log_records)
    return not_as_planned(log.target_path(), "records are missing");
  return {};
}

Result<> prove_snapshot(NewFiles& built) {
  AtomicFile& snapshot = *built.files.snapshot;
  PERSIST_TRY_ASSIGN(const auto entries, count_clean_entries(snapshot.file()));
  if (!entries) return not_as_planned(snapshot.target_path(), "it does not read back clean");
  if (*entries != built.snapshot_entries)
    return not_as_planned(snapshot.target_path(), "entries are missing");
  return {};
}

}  // namespace

Result<NewFiles> build_files(FileSystem& files, const RepairPlan& plan,
                             const RepairOptions& options, const Destination& to) {
  PERSIST_TRY_ASSIGN(const OpenFile log, open_planned(files, plan.log));
  PERSIST_TRY_ASSIGN(const OpenFile snapshot, open_planned(files, plan.snapshot));
  const bool copies = to.unchanged == Unchanged::copy;
  NewFiles built;
  if (log && (plan.log.rewrite || copies)) {
    PERSIST_TRY(build_log(files, plan, options, *log, to, built));
  }
  if (snapshot && (plan.snapshot.rewrite || copies)) {
    PERSIST_TRY(build_snapshot(files, plan, options, *snapshot, log.get(), to, built));
  }
  return built;
}

Result<Proof> prove(FileSystem& files, const RepairPlan& plan, NewFiles& built,
                    const RepairOptions& options) {
  if (plan.log.rewrite) PERSIST_TRY(prove_log(built));
  if (plan.snapshot.rewrite) PERSIST_TRY(prove_snapshot(built));
  PERSIST_TRY_ASSIGN(const OpenFile old_log, open_planned(files, plan.log));
  PERSIST_TRY_ASSIGN(const OpenFile old_snapshot, open_planned(files, plan.snapshot));
  File* const log = built.files.log ? &built.files.log->file() : old_log.get();
  File* const snapshot = built.files.snapshot ? &built.files.snapshot->file() : old_snapshot.get();
  PERSIST_TRY_ASSIGN(const StateIdentity state,
                     identify_state(files, log, snapshot, plan.survey->rules, options));
  if (!plan.fingerprint.empty() && state.fingerprint != plan.fingerprint) {
    if (!built.files.log && !built.files.snapshot) {
      return fail(ErrorCode::changed, plan.database.directory,
                  "its files do not hold the state that was planned", "plan again");
    }
    return not_as_planned((built.files.log ? built.files.log : built.files.snapshot)->target_path(),
                          "the new files do not hold the state that was planned");
  }
  return Proof{state.fingerprint, state.live_keys};
}

std::uint64_t bytes_needed(const RepairPlan& plan) noexcept {
  // A rewritten file is hardly longer than what was read: a header, a snapshot compressed less
  // well, what the log adds to it, what is adopted, and the cut bytes beside the originals.
  constexpr std::uint64_t slack_bytes = std::uint64_t{1} << 20U;
  std::uint64_t bytes = slack_bytes;
  if (plan.log.rewrite) bytes += plan.log.identity.size_bytes;
  if (plan.snapshot.rewrite) bytes += plan.snapshot.identity.size_bytes;
  for (const LeftoverCheck& check : plan.leftovers) {
    if (check.adopted) bytes += check.leftover.size_bytes;
  }
  return bytes + plan.lost_bytes;
}

}  // namespace persist::recover
