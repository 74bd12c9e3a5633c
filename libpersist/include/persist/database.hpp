// An in-memory transactional key-value store that persists through an append-only log and
// snapshots, in the files of the SurrealMX engine (formats/README.md).
//
//   auto database = persist::Database::open("data", {.aol_mode = AolMode::synchronous_on_commit,
//                                                    .fsync_mode = FsyncMode::every_append});
//   auto transaction = database->begin();
//   transaction->set("key", "value");
//   auto version = transaction->commit();
//
// What it promises. A commit is visible only after the log holds it as AolMode and FsyncMode say
// (asynchronous mode: at once), whole or not at all, and in the order of versions. After the first
// failed write or sync of the log nothing more is written to it and every commit says why, until
// the database is opened anew: after a failed sync nobody knows what the disk holds.
//
// What the Rust engine offers and this does not, and what does its work: `getm` (several calls of
// get), `get_for_update` (Isolation::serializable), a cursor that seeks (visit, in either
// direction, with bounds), calls on the database itself (a transaction of one call, begun again
// after `conflict`), `KeyReadConflict` and `KeyWriteConflict` (both are `conflict`). Nothing does
// that of `Database::new()`, as a database always has a directory, though without a log or a
// snapshot it writes nothing there; nor of `memory_limit` and `max_transaction_age`: memory is
// bounded by what the machine gives, then commits fail with `no_memory`; and an old reader keeps
// what it reads. What is not chosen is Isolation::snapshot here, and serializable there.
#pragma once

#include <memory>
#include <persist/file_system.hpp>
#include <persist/options.hpp>
#include <persist/stats.hpp>
#include <persist/transaction.hpp>
#include <string>

namespace persist {

namespace engine {
class Core;
}

// Calls may be made from many threads at once, but for close(), moves and destruction. One that was
// moved from answers `closed`.
//
// A child of fork() must neither use nor destroy what it has of an open database. Until it ends or
// calls exec() it has the log open and counts as a writer: to open the database anew is `busy` for
// everybody, its parent after close() included.
class Database {
 public:
  // Opens the database in `directory`, which is created when it is not there, and stays the same one
  // when the process changes its working directory. Both files are read whole into memory.
  //
  // What is written: nothing into sound files of the configured line. A new log gets its header. A
  // torn tail is first copied to `<log>.torn-<offset>-<length>` beside the log (with `-2` and so on
  // behind it where another tail has that name), then cut off. A log of line 1.0 is rewritten for
  // line 1.1. Temporary files that an interrupted rewrite left are removed, but for a log that holds
  // what the database lacks: `persist repair` can adopt it. With AolMode::never the log is not
  // touched at all.
  //
  // `files` must outlive the database and its transactions. Errors: `busy` when another process, or
  // another Database in this one, writes there, be it a log elsewhere that both were told to use (a
  // snapshot elsewhere that another process uses, too, is noticed by snapshot() alone); `damaged` when more than a torn tail is wrong, or the snapshot
  // is proven to hide commits of the log that it does not hold (its advice names `persist repair`);
  // `newer_format` when the files are of a newer line than the configured one (its advice names
  // `persist convert`); `limit` when a version is above what the line allows; `invalid_argument`
  // for an interval of 0 or of more than 100 years, and for one file as log and snapshot; those of
  // the file system.
  [[nodiscard]] static Result<Database> open(const std::string& directory, const Options& options,
                                             FileSystem& files = posix_file_system());
  Database(Database&&) noexcept;
  Database& operator=(Database&&) noexcept;
  // Without close(), the last of database and transactions to go drains, syncs and unlocks.
  ~Database();

  // Errors of all three: `closed`; `no_memory`. The Rust engine's default is serializable: code that
  // comes from there and reads what it does not write has to ask for it.
  [[nodiscard]] Result<Transaction> begin(Isolation isolation = Isolation::snapshot);
  [[nodiscard]] Result<Transaction> begin_read();
  // Reads the past. Errors besides: `not_found` when that version is not kept any more (Options::
  // history_versions), `invalid_argument` when it is above the newest.
  [[nodiscard]] Result<Transaction> begin_read_at(Version version);

  // Writes a snapshot of one version and cuts the log behind it, while transactions go on. The log
  // is cut only after the snapshot is on stable storage. One at a time: a second caller waits.
  // Returns the version that the snapshot covers. Errors: `closed`; `unsupported` where an older
  // line's snapshot would lie beside a log that AolMode::never does not cut; `poisoned`, on line 1.1
  // only when another file has taken the log's place; `changed` when somebody else wrote the snapshot
  // that is there, which stays; `no_memory`; those of the file system, after
  // which both files mean what they did and a later call may succeed.
  Result<Version> snapshot();

  // Returns when every commit that returned is in the log; only asynchronous ones are not already.
  // Errors: `closed`; `poisoned` after any failure of the log.
  Result<> drain();
  // Brings every commit that returned to stable storage, whatever the modes. Does nothing without a
  // log. Errors: those of drain(); those of the file system, each of them the log's last;
  // `changed`, also of close() and snapshot(), when another file has taken the log's place, or none
  // is there: what was committed since is not in it.
  Result<> sync();

  [[nodiscard]] Stats stats() const;

  // Ends all workers, writes what is queued, syncs, and gives the directory free. Without a log, but
  // with SnapshotMode::interval, it takes a last snapshot when there were commits since the one
  // before. Returns the first failure of any of it, or that of the log's earlier life. Open
  // transactions can still read; their commits fail with `closed`. A second call returns the same.
  Result<> close();

 private:
  explicit Database(std::shared_ptr<engine::Core> core) noexcept;
  std::shared_ptr<engine::Core> core_;
};

}  // namespace persist
