// The database that is written anew, read once.
#pragma once

#include <memory>
#include <persist/rewrite.hpp>

#include "store/past.hpp"

namespace persist::rewrite {

// What a rewrite has to know of a log besides its records.
struct LogFacts {
  // No commit has a lower version than one before it. Releases whose replay depends on the order
  // (up to 0.22, and 1.0) then agree with the rule that the greatest version wins.
  bool in_version_order = true;
  std::uint64_t commits = 0;  // that were kept
  Version max_version = 0;
  std::optional<std::string> deleted_key;  // by the newest commit

  [[nodiscard]] std::optional<std::string> deleted_at(Version clock) const {
    return max_version == clock ? deleted_key : std::nullopt;
  }
};
// Of all whole commits; for who has loaded the state already. Errors: those of read_log.
[[nodiscard]] Result<LogFacts> read_log_facts(const SourceFiles& source);

struct SourceOptions {
  bool history = false;
  std::optional<PointInTime> at;
  // As StateOptions' of that name.
  std::function<bool(const Commit&)> keep_commit;
  // Damage from this byte of the log on concerns nobody.
  std::optional<std::uint64_t> log_until_offset;
  std::uint64_t max_memory_bytes = 0;
  // Whether the two files contradict each other; not for files that are proven by other means.
  bool check_lineage = true;
  // The files are to be replaced: what is suspicious about them is gone then, and for good what the
  // snapshot may hide.
  bool in_place = false;
};

struct Source {
  State state;
  LogFacts log;
  ReleaseLine line = ReleaseLine::v1_1;
  std::optional<TornTail> torn_tail;
  FileSizes sizes;
  std::vector<Finding> suspicions;  // of the lineage: warnings

  // Up to which version the snapshot goes: `covered`, or the greatest version in it.
  [[nodiscard]] Version snapshot_boundary() const noexcept;
};

// Errors: damaged, with the advice to repair, for any damage but a torn tail, and for a snapshot
// that is proven to contradict the log, as `verify` finds it, or, in place, that is not trusted to
// hold what it lacks: what it hides would be lost for good.
// The snapshot is read once more only when the log holds what should be in it. Unsupported for an
// instant where versions are counters; those of State::load.
[[nodiscard]] Result<Source> load_source(FileSystem& files, const SourceFiles& source,
                                         const SourceOptions& source_options,
                                         const RewriteOptions& options);

// The error for damage that a rewrite cannot leave as it is.
[[nodiscard]] Error needs_repair(const std::string& path, std::uint64_t offset,
                                 const std::string& message);
// Error damaged when the torn tail is all there is, as verify judges it: noise, or another file, of
// which an empty database would be made.
[[nodiscard]] Result<> refuse_unreadable(const std::optional<TornTail>& torn_tail,
                                         const LogSummary& log,
                                         const std::optional<SnapshotSummary>& snapshot);

// Owner and mode for new files that hold what these do. None when both are null.
[[nodiscard]] Result<std::optional<FileInfo>> permissions_of(const SourceFiles& source);

// Both files of a database, open for reading; null where there is no such file.
struct OpenFiles {
  std::unique_ptr<File> log;
  std::unique_ptr<File> snapshot;

  [[nodiscard]] SourceFiles view() const noexcept { return {log.get(), snapshot.get(), {}}; }
};
// Error `not_found` when neither is there.
[[nodiscard]] Result<OpenFiles> open_files(FileSystem& files, const DatabaseFiles& database);

}  // namespace persist::rewrite
