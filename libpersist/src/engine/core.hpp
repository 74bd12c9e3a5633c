// A database that is open: the parts, and what crosses them. A commit goes
//
//   validate -> claim a version -> encode -> put into the store, invisible -> log -> publish
//
// for a whole batch of concurrent commits at a time (CommitQueue), on one thread at a time.
// Publishing is one store of the newest version: readers look at versions up to it and at nothing
// else, so that what is not logged is not visible, and what is logged becomes visible whole and in
// order. When the log fails, the batch stays invisible for ever: the log takes nothing more, so
// nothing is published above it. In asynchronous mode the log comes last, and its appender is fed
// in the same order.
//
// The last commit of a batch that is synced goes into the store while the disk takes them, the
// others while the batch is gathered: to find a key costs microseconds, as caches are cold after a
// sync.
#pragma once

#include <atomic>
#include <memory>
#include <mutex>
#include <optional>
#include <persist/options.hpp>
#include <persist/snapshot_writer.hpp>
#include <persist/stats.hpp>
#include <string>
#include <vector>

#include "engine/async_appender.hpp"
#include "engine/change_log.hpp"
#include "engine/commit_queue.hpp"
#include "engine/log_file.hpp"
#include "engine/open_files.hpp"
#include "engine/ordered_store.hpp"
#include "engine/periodic_worker.hpp"
#include "engine/reader_registry.hpp"

namespace persist::engine {

class Core {
 public:
  [[nodiscard]] static Result<std::shared_ptr<Core>> open(const std::string& directory,
                                                          const Options& options,
                                                          FileSystem& files);
  explicit Core(const Options& options, FileSystem& files);
  ~Core();
  Core(const Core&) = delete;
  Core& operator=(const Core&) = delete;

  [[nodiscard]] const OrderedStore& store() const noexcept { return store_; }
  [[nodiscard]] Result<ReaderRegistry::Pin> pin_newest();
  [[nodiscard]] Result<ReaderRegistry::Pin> pin_at(Version version);
  // After a reader has gone: lets go what only it needed, unless a commit is about to.
  void collect_after_reader() noexcept;

  [[nodiscard]] Result<Version> commit(WriteSet& writes, const ReadSet* reads,
                                       Version read_version);
  [[nodiscard]] Result<Version> snapshot();
  [[nodiscard]] Result<> drain();
  [[nodiscard]] Result<> sync();
  [[nodiscard]] Stats stats() const;
  Result<> close();

 private:
  // Where a snapshot cuts: it holds all commits up to `version`, the log behind `log_offset` all
  // later ones.
  struct Cut {
    ReaderRegistry::Pin pin;
    Version version = 0;
    std::uint64_t log_offset = 0;
  };

  [[nodiscard]] Result<> start();

  [[nodiscard]] bool prepare(CommitQueue::Requests requests) noexcept;
  void carry_out(CommitQueue::Requests batch) noexcept;
  void apply_staged() noexcept;
  void start_chunk() noexcept;
  [[nodiscard]] Result<Version> stage(CommitRequest& request);
  void add_keys_ahead(const WriteSet& writes) noexcept;
  [[nodiscard]] bool is_searched_later(const CommitRequest& request) const noexcept;
  [[nodiscard]] Result<> validate(const CommitRequest& request);
  [[nodiscard]] Result<> encode(const WriteSet& writes, Version version);
  [[nodiscard]] bool syncs_batches() const noexcept;
  [[nodiscard]] Result<> log_batch() noexcept;
  void publish_batch() noexcept;
  void collect() noexcept;
  void publish_counts() noexcept;

  [[nodiscard]] Result<Cut> choose_cut();
  [[nodiscard]] Result<> write_snapshot(const Cut& cut);
  [[nodiscard]] Result<> refuse_foreign_snapshot() const;
  [[nodiscard]] Result<> write_entries(const Cut& cut, SnapshotWriter& writer);
  [[nodiscard]] Result<bool> snapshot_when_changed();
  [[nodiscard]] Result<bool> sync_when_behind();
  [[nodiscard]] Result<> sync_own_log();
  [[nodiscard]] Result<Version> snapshot_locked();
  [[nodiscard]] Result<Version> take_snapshot();
  [[nodiscard]] Result<> save_last_commits() noexcept;

  const Options options_;
  FileSystem& files_;
  DatabaseFiles paths_;
  std::unique_ptr<SoleUse> sole_use_;

  OrderedStore store_;
  ReaderRegistry readers_;
  std::atomic<Version> published_{0};
  Version opened_version_ = 0;  // the newest that the files held
  std::atomic<Version> oldest_readable_{0};
  std::atomic<bool> is_closed_{false};
  std::unique_ptr<LogFile> log_;  // null: AolMode::never, or closed
  bool log_lies_unused_ = false;  // AolMode::never beside a log with commits

  // What a batch is built with; under the commit queue's turn.
  Version claimed_ = 0;
  ChangeLog changes_;
  AsyncAppender::Chunk chunk_;
  struct Touched {
    KeyNode* node;   // null: not searched, or not there
    OwnedNode made;  // for when it is not there; so that nothing can fail later
  };
  // The commit that was staged last and is not in the store yet.
  struct Staged {
    WriteSet* writes = nullptr;  // null: there is none
    Version version = 0;
    bool is_searched = false;
    std::vector<Touched> touched;  // one for each of the keys
  };
  Staged staged_;
  // What is found on the way to so many keys stays in a cache.
  static constexpr std::size_t max_keys_ahead = 256;
  std::vector<ByteView> keys_ahead_;  // about to be searched; there is memory for all
  std::atomic<bool> has_leftovers_{false};

  std::atomic<std::uint64_t> key_count_{0};
  std::atomic<std::uint64_t> version_count_{0};
  std::atomic<std::uint64_t> data_bytes_{0};

  std::mutex snapshot_mutex_;
  std::optional<FileInfo> snapshot_file_;  // as it was read, or written last; under the mutex
  static constexpr Version no_snapshot = std::numeric_limits<Version>::max();
  std::atomic<Version> snapshot_version_{no_snapshot};  // of the newest one

  CommitQueue queue_;
  std::optional<Result<>> close_outcome_;
  // Last: they use all the others.
  std::unique_ptr<AsyncAppender> appender_;
  std::unique_ptr<PeriodicWorker> fsync_worker_;
  std::unique_ptr<PeriodicWorker> snapshot_worker_;
};

}  // namespace persist::engine
