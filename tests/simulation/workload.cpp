#include "simulation/workload.hpp"

#include <array>
#include <persist/compact.hpp>
#include <persist/convert.hpp>
#include <persist/repair.hpp>
#include <persist/snapshot.hpp>
#include <utility>

#include "recovery/random.hpp"

namespace persist::simulation {
namespace {

// Within a sector, around one boundary, over several.
constexpr std::array<std::size_t, 8> value_lengths{20, 300, 430, 480, 512, 900, 1100, 2000};

// What the n-th commit changes: always more than one key, never twice the same state.
std::vector<Change> changes_of(std::size_t number, std::uint64_t seed) {
  const char mark = static_cast<char>('a' + number % 26);
  recovery::Random random(seed * 1000 + number);
  const std::size_t length = value_lengths[random.below(value_lengths.size())] + random.below(30);
  std::vector<Change> changes;
  changes.push_back({"counter", std::to_string(number)});
  changes.push_back({"long", std::string(length, mark)});
  changes.push_back({"switch", number % 2 == 1 ? std::optional("on") : std::nullopt});
  return changes;
}

}  // namespace

std::string_view name_of(Step step) noexcept {
  constexpr std::array<std::string_view, step_count> names{"commit-synced",
                                                           "commit-unsynced",
                                                           "commit-async",
                                                           "commit-in-memory",
                                                           "sync",
                                                           "snapshot",
                                                           "take-snapshot",
                                                           "compact",
                                                           "compact-log",
                                                           "convert",
                                                           "repair",
                                                           "repair-and-undo",
                                                           "reopen",
                                                           "commit-group",
                                                           "commit-beside-snapshot"};
  return names[static_cast<std::size_t>(step)];
}

Workload::Workload(const Setting& setting)
    : setting_(setting), paths_(database_files(database_directory, {})) {
  files_.before_write([this](const std::string& path) {
    gate_.pass(path);
    log_writes_ += path == paths_.log ? 1U : 0U;
  });
}

Result<> Workload::prepare() {
  const ReleaseLine line = std::exchange(setting_.line, setting_.before_line);
  for (const Step step : setting_.before) PERSIST_TRY(run(step));
  PERSIST_TRY(close());
  setting_.line = line;
  start_ = files_.image();
  files_.record(&trace_);
  note_promise();
  return {};
}

Options Workload::options_for(Mode mode) const {
  Options options;
  options.release_line = setting_.line;
  options.compression = setting_.compression;
  options.aol_mode = mode == Mode::in_memory ? AolMode::never
                     : mode == Mode::async   ? AolMode::asynchronous_after_commit
                                             : AolMode::synchronous_on_commit;
  const bool syncs = mode == Mode::synced || mode == Mode::async;
  options.fsync_mode = syncs ? FsyncMode::every_append : FsyncMode::never;
  return options;
}

RewriteOptions Workload::rewrite_options() const {
  RewriteOptions options;
  options.compression = setting_.compression;
  options.max_memory_bytes = std::uint64_t{64} << 20U;
  options.trust_snapshot = true;  // what was deleted without a log is in no log
  return options;
}

void Workload::note_promise() {
  files_.note({.first = model_.promised(), .last = model_.newest()});
}

Result<> Workload::open(Mode mode) {
  if (database_ && mode_ == mode) return {};
  PERSIST_TRY(close());
  PERSIST_TRY_ASSIGN(database_, Database::open(database_directory, options_for(mode), files_));
  mode_ = mode;
  return compare();
}

Result<> Workload::close() {
  if (!database_) return {};
  PERSIST_TRY(database_->close());
  database_.reset();
  if (mode_ == Mode::in_memory) {
    model_.forget_the_rest();
  } else {
    model_.promise();
  }
  note_promise();
  return {};
}

Result<> Workload::compare() {
  PERSIST_TRY_ASSIGN(Transaction reading, database_->begin_read());
  PERSIST_TRY_ASSIGN(const std::vector<Row> found, reading.scan({}));
  Rows rows;
  for (const Row& row : found) rows.emplace(row.key, row.value);
  if (rows == model_.rows()) return {};
  return fail(ErrorCode::mismatch, database_directory, "it does not hold what the model does");
}

Result<> Workload::commit(Mode mode) {
  PERSIST_TRY(open(mode));
  const auto changes = changes_of(model_.newest() + 1, setting_.seed);
  PERSIST_TRY_ASSIGN(Transaction transaction, database_->begin());
  for (const Change& change : changes) {
    PERSIST_TRY(change.value ? transaction.set(change.key, *change.value)
                             : transaction.del(change.key));
  }
  model_.begin(changes);
  note_promise();
  PERSIST_TRY_ASSIGN(const Version version, transaction.commit());
  model_.acknowledge(version);
  if (mode == Mode::unsynced) {
    has_unsynced_commits_ = true;
    has_unmarked_commits_ |= setting_.line != ReleaseLine::v1_1;
  }
  if (mode == Mode::async) PERSIST_TRY(database_->drain());
  if (mode == Mode::async || mode == Mode::synced) model_.promise();
  note_promise();
  return compare();
}

Result<> Workload::snapshot() {
  PERSIST_TRY(open(database_ ? mode_ : Mode::synced));
  PERSIST_TRY(database_->snapshot());
  model_.promise();
  note_promise();
  return compare();
}

// A part of a commit behind the last one: what an interrupted write leaves.
Result<> Workload::tear_log() {
  PERSIST_TRY(close());
  PERSIST_TRY_ASSIGN(const auto log, files_.open(paths_.log, OpenMode::open_or_create));
  PERSIST_TRY_ASSIGN(const FileInfo info, log->info());
  std::string torn("\x40\x02\x00\x00garbled checksum, then a part of it", 40);
  PERSIST_TRY(log->write_at(info.size_bytes, torn));
  PERSIST_TRY(log->sync());
  return files_.sync_directory(database_directory);
}

Result<> Workload::repair(bool undo) {
  PERSIST_TRY(close());
  // Nothing but torn bytes would be no database.
  const auto log = files_.info(paths_.log);
  if (!log || log->size_bytes == 0) PERSIST_TRY(commit(Mode::synced));
  PERSIST_TRY(tear_log());
  RepairOptions options;
  PERSIST_TRY_ASSIGN(const RepairPlan plan, plan_repair(files_, paths_, options));
  const auto report = [](const RepairPlan&, const RepairOutcome&) { return std::string("{}"); };
  PERSIST_TRY(apply_repair(files_, plan, options, report));
  if (undo) PERSIST_TRY(undo_repair(files_, paths_));
  return open(Mode::synced);
}

Result<> Workload::convert() {
  PERSIST_TRY(close());
  ConvertOptions options;
  static_cast<RewriteOptions&>(options) = rewrite_options();
  options.to = setting_.line == ReleaseLine::v1_1 ? ReleaseLine::v1_0 : ReleaseLine::v1_1;
  options.now_ns = 0;
  PERSIST_TRY(convert_in_place(files_, paths_, options,
                               [](const RewriteReport&) { return std::string("{}"); }));
  setting_.line = options.to;
  return open(Mode::synced);
}

Result<> Workload::rewrite(Step step) {
  if (!files_.info(paths_.log) && !files_.info(paths_.snapshot)) PERSIST_TRY(open(Mode::synced));
  PERSIST_TRY(close());
  if (step == Step::convert) return convert();
  if (step == Step::take_snapshot) {
    PERSIST_TRY(persist::take_snapshot(files_, paths_, rewrite_options()));
  } else {
    CompactOptions options;
    static_cast<RewriteOptions&>(options) = rewrite_options();
    options.log_only = step == Step::compact_log;
    PERSIST_TRY(persist::compact(files_, paths_, options));
  }
  return open(Mode::synced);
}

Result<> Workload::run(Step step) {
  switch (step) {
    case Step::commit_synced:
      return commit(Mode::synced);
    case Step::commit_unsynced:
      return commit(Mode::unsynced);
    case Step::commit_async:
      return commit(Mode::async);
    case Step::commit_in_memory:
      // Other lines refuse a snapshot beside a log that is not used.
      return setting_.line == ReleaseLine::v1_1 ? commit(Mode::in_memory) : Result<>{};
    case Step::sync: {
      PERSIST_TRY(open(database_ ? mode_ : Mode::unsynced));
      PERSIST_TRY(database_->sync());
      if (mode_ != Mode::in_memory) model_.promise();
      note_promise();
      return {};
    }
    case Step::snapshot:
      return snapshot();
    case Step::take_snapshot:
    case Step::compact:
    case Step::compact_log:
    case Step::convert:
      return rewrite(step);
    case Step::repair:
      return repair(false);
    case Step::repair_and_undo:
      return repair(true);
    case Step::reopen: {
      const Mode mode = database_ ? mode_ : Mode::unsynced;
      PERSIST_TRY(close());
      return open(mode);
    }
    case Step::commit_group:
      return commit_group();
    case Step::commit_beside_snapshot:
      return commit_beside_snapshot();
  }
  return {};
}

}  // namespace persist::simulation
