// What an open database says of itself.
#include "c/arguments.hpp"
#include "c/handles.hpp"

namespace persist::c {
namespace {

Result<Stats> stats_of(persist_database* handle) {
  PERSIST_TRY_ASSIGN(const auto lock, enter(handle));
  return handle->database.stats();
}

std::uint64_t nanoseconds(const WorkerReport& report) {
  return static_cast<std::uint64_t>(report.last_duration.count());
}

persist_stats flat(const Stats& stats) {
  persist_stats flat{};
  flat.keys = stats.keys;
  flat.versions = stats.versions;
  flat.data_bytes = stats.data_bytes;
  flat.newest_version = stats.newest_version;
  flat.oldest_readable_version = stats.oldest_readable_version;
  flat.open_transactions = stats.open_transactions;
  flat.oldest_pinned_version = stats.oldest_pinned_version.value_or(stats.newest_version);
  flat.logged_version = stats.logged_version;
  flat.log_bytes = stats.log_bytes;
  flat.log_synced_bytes = stats.log_synced_bytes;
  flat.queued_commits = stats.queued_commits;
  flat.queued_bytes = stats.queued_bytes;
  flat.refused_commits = stats.refused_commits;
  flat.snapshot_version = stats.snapshot_version.value_or(0);
  flat.fsync_runs = stats.fsync.runs;
  flat.fsync_last_ns = nanoseconds(stats.fsync);
  flat.snapshot_runs = stats.snapshot.runs;
  flat.snapshot_last_ns = nanoseconds(stats.snapshot);
  flat.appender_runs = stats.appender.runs;
  flat.appender_last_ns = nanoseconds(stats.appender);
  return flat;
}

const WorkerReport* report_of(const Stats& stats, persist_worker worker) {
  switch (worker) {
    case PERSIST_WORKER_FSYNC:
      return &stats.fsync;
    case PERSIST_WORKER_SNAPSHOT:
      return &stats.snapshot;
    case PERSIST_WORKER_APPENDER:
      return &stats.appender;
  }
  return nullptr;
}

Result<> as_result(const std::optional<Error>& failure) {
  return failure ? Result<>(std::unexpected(*failure)) : Result<>{};
}

}  // namespace
}  // namespace persist::c

using namespace persist;
using namespace persist::c;

persist_code persist_database_health(persist_database* database, persist_error** error) {
  return guarded(error, [&]() -> Result<> {
    PERSIST_TRY_ASSIGN(const Stats stats, stats_of(database));
    return as_result(stats.poisoned);
  });
}

persist_code persist_database_worker_health(persist_database* database, persist_worker worker,
                                            persist_error** error) {
  return guarded(error, [&]() -> Result<> {
    PERSIST_TRY_ASSIGN(const Stats stats, stats_of(database));
    const WorkerReport* const report = report_of(stats, worker);
    PERSIST_TRY(require(report, "the worker of that number"));
    return as_result(report->last_error);
  });
}

persist_code persist_database_stats(persist_database* database, persist_stats* stats,
                                    persist_error** error) {
  return guarded(error, [&]() -> Result<> {
    PERSIST_TRY(require(stats, "stats"));
    PERSIST_TRY(check_size(*stats, "stats"));
    fill_result(*stats, persist_stats{});
    PERSIST_TRY_ASSIGN(const Stats now, stats_of(database));
    fill_result(*stats, flat(now));
    return {};
  });
}
