#include "engine/core.hpp"

#include <new>
#include <system_error>
#include <utility>

#include "engine/out_of_memory.hpp"

namespace persist::engine {

Result<std::shared_ptr<Core>> Core::open(const std::string& directory, const Options& options,
                                         FileSystem& files) {
  auto core = std::make_shared<Core>(options, files);
  PERSIST_TRY_ASSIGN(OpenedFiles opened,
                     open_files(files, directory, options, core->store_, core->changes_));
  core->paths_ = std::move(opened.paths);
  core->sole_use_ = std::move(opened.sole_use);
  core->log_lies_unused_ = opened.log_lies_unused;
  if (opened.log) core->log_ = std::make_unique<LogFile>(files, *std::move(opened.log));
  core->claimed_ = opened.newest;
  core->published_ = opened.newest;
  core->opened_version_ = opened.newest;
  core->oldest_readable_ = opened.oldest_readable;
  core->snapshot_file_ = opened.snapshot;
  if (opened.has_snapshot) core->snapshot_version_ = opened.newest;
  core->publish_counts();
  PERSIST_TRY(core->start());
  return core;
}

Core::Core(const Options& options, FileSystem& files)
    : options_(options),
      files_(files),
      changes_(store_),
      queue_([this](CommitQueue::Requests requests) noexcept { return prepare(requests); },
             [this](CommitQueue::Requests batch) noexcept { carry_out(batch); },
             options.aol_mode != AolMode::synchronous_on_commit ||
                 options.fsync_mode != FsyncMode::every_append) {
  keys_ahead_.reserve(max_keys_ahead);
}

Core::~Core() {
  static_cast<void>(close());
}

Result<> Core::start() {
  try {
    if (options_.aol_mode == AolMode::asynchronous_after_commit) {
      appender_ = std::make_unique<AsyncAppender>(*log_, options_.async_queue,
                                                  options_.fsync_mode == FsyncMode::every_append);
    }
    if (log_ && options_.fsync_mode == FsyncMode::interval) {
      fsync_worker_ = std::make_unique<PeriodicWorker>(options_.fsync_interval,
                                                       [this] { return sync_when_behind(); });
    }
    if (options_.snapshot_mode == SnapshotMode::interval) {
      snapshot_worker_ = std::make_unique<PeriodicWorker>(
          options_.snapshot_interval, [this] { return snapshot_when_changed(); });
    }
  } catch (const std::system_error& error) {
    return fail(ErrorCode::limit, {}, std::string("cannot start a thread: ") + error.what());
  }
  return {};
}

Result<ReaderRegistry::Pin> Core::pin_newest() {
  if (is_closed_) return fail(ErrorCode::closed, paths_.directory, "the database is closed");
  ReaderRegistry::Pin pin = readers_.pin_newest(published_);
  if (!pin.is_held()) return fail(ErrorCode::no_memory, {}, "there is no memory for a transaction");
  return pin;
}

Result<ReaderRegistry::Pin> Core::pin_at(Version version) {
  if (is_closed_) return fail(ErrorCode::closed, paths_.directory, "the database is closed");
  if (version > published_) {
    return fail(ErrorCode::invalid_argument, {},
                "version " + std::to_string(version) + " is above the newest, " +
                    std::to_string(published_));
  }
  ReaderRegistry::Pin pin = readers_.pin_at(version, oldest_readable_);
  if (pin.is_held()) return pin;
  return fail(ErrorCode::not_found, {},
              "version " + std::to_string(version) + " is not kept any more: the oldest is " +
                  std::to_string(oldest_readable_));
}

void Core::collect_after_reader() noexcept {
  if (!has_leftovers_.load(std::memory_order_relaxed)) return;
  const std::unique_lock turn(queue_.turn(), std::try_to_lock);
  if (!turn.owns_lock() || is_closed_) return;
  collect();
  publish_counts();
}

Result<> Core::drain() {
  if (is_closed_) return fail(ErrorCode::closed, paths_.directory, "the database is closed");
  return appender_ ? appender_->drain() : Result<>{};
}

Result<> Core::sync() {
  PERSIST_TRY(drain());
  return log_ ? sync_own_log() : Result<>{};
}

// What was synced is of use only where the next open looks for it.
Result<> Core::sync_own_log() {
  PERSIST_TRY(log_->sync());
  return log_->check_identity();
}

// The fsync worker's task. It is also the one that notices a log replaced while nobody commits.
Result<bool> Core::sync_when_behind() {
  if (log_->has_failed()) return false;
  PERSIST_TRY(log_->check_identity());
  if (log_->synced_bytes() == log_->position().end_offset) return false;
  PERSIST_TRY(log_->sync());
  return true;
}

Stats Core::stats() const {
  Stats stats;
  stats.keys = key_count_;
  stats.versions = version_count_;
  stats.data_bytes = data_bytes_;
  stats.newest_version = published_;
  stats.oldest_readable_version = oldest_readable_;
  stats.open_transactions = readers_.pinned_count();
  stats.oldest_pinned_version = readers_.oldest_pinned();
  if (log_) {
    const LogFile::Position position = log_->position();
    stats.logged_version = position.version;
    stats.log_bytes = position.end_offset;
    stats.log_synced_bytes = log_->synced_bytes();
    stats.poisoned = log_->failure();
  }
  if (appender_) {
    const AsyncAppender::Usage usage = appender_->usage();
    stats.queued_commits = usage.commits;
    stats.queued_bytes = usage.bytes;
    stats.refused_commits = usage.refused;
    stats.appender = usage.report;
  }
  if (fsync_worker_) stats.fsync = fsync_worker_->report();
  if (snapshot_worker_) stats.snapshot = snapshot_worker_->report();
  if (snapshot_version_ != no_snapshot) stats.snapshot_version = snapshot_version_;
  return stats;
}

Result<> Core::close() {
  if (close_outcome_) return *close_outcome_;
  is_closed_ = true;
  if (snapshot_worker_) snapshot_worker_->stop();
  if (fsync_worker_) fsync_worker_->stop();
  // Whoever took the turn before is done; whoever takes it after sees that the database is closed.
  const std::scoped_lock all(snapshot_mutex_, queue_.turn());
  if (appender_) appender_->stop();
  close_outcome_ = Result<>{};
  if (log_) {
    const auto failure = log_->failure();
    close_outcome_ = failure ? Result<>(std::unexpected(*failure)) : sync_own_log();
  }
  if (auto saved = save_last_commits(); !saved) close_outcome_ = std::move(saved);
  appender_.reset();
  log_.reset();
  sole_use_.reset();
  return *close_outcome_;
}

// Without a log, snapshots that come by themselves are what keeps commits: the last ones, too.
Result<> Core::save_last_commits() noexcept {
  const bool is_kept_by_snapshots = options_.aol_mode == AolMode::never && snapshot_worker_;
  if (!is_kept_by_snapshots || published_ == opened_version_ || published_ == snapshot_version_) {
    return {};
  }
  try {
    PERSIST_TRY(take_snapshot());
  } catch (const std::bad_alloc&) {
    return out_of_memory();
  }
  return {};
}

}  // namespace persist::engine
