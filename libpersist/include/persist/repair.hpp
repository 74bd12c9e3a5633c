// Repair: everything whole in a damaged database goes into new files, what is lost is said, and the
// originals are kept. A plan first, which changes nothing; then apply; then, if need be, undo.
//
// What is carried over (formats/README.md, "Replay"): every commit of the log that the reader
// trusts, in the format it had; of a damaged snapshot every entry that can be read. Of a headed one
// the log's commits at or below `covered` fill the gaps (snapshot/key_gaps.hpp), and `covered`
// stays. A commit known to be partial is never applied. What the release line refuses or misreads
// is put right: a doubled or missing header, bytes after the end, a snapshot that looks like LZ4, a
// version above the line's limit, and, for lines whose replay depends on it, the order of commits.
#pragma once

#include <atomic>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <persist/damage.hpp>
#include <persist/database_files.hpp>
#include <persist/verify.hpp>
#include <string>
#include <vector>

namespace persist {

namespace recover {
struct Survey;
}

struct RepairOptions {
  bool strict = false;  // leave out commits and entries that only look whole
  // Going further than this is refused (error `limit`): commits and bytes that cannot be brought
  // back.
  std::optional<std::uint64_t> max_lost_commits;
  std::optional<std::uint64_t> max_lost_bytes;
  // Apply the log's commits at or below `covered` to every key, not only where the snapshot is
  // damaged: for a snapshot that was cut between two entries, or does not belong to the log.
  // Deletes that only the snapshot reflects are lost. Without a header the log's commits count
  // anyhow; a snapshot that contradicts them is made to agree.
  bool distrust_snapshot = false;
  // Leftovers whose commits are added, when nothing else has them: files that the plan offered, by any
  // path.
  std::vector<std::string> adopt;
  // Where truncation tails of releases up to 0.27 are looked for; empty: nowhere but beside the
  // files.
  std::string truncation_dir;
  std::uint64_t max_memory_bytes = std::uint64_t{1} << 30U;
  std::string temp_dir = "/tmp";
  std::size_t max_listed = 100'000;  // items in each list of the plan; the rest is only counted
  // Bytes read so far, over all passes, for a progress display; may be null.
  std::atomic<std::uint64_t>* progress = nullptr;
  // Polled now and then; true stops with error `interrupted`. May be empty.
  std::function<bool()> should_stop;
};

// Content that a plan is bound to. The hash is XXH3-128, printed as a fingerprint is.
struct FileIdentity {
  bool exists = false;
  std::uint64_t size_bytes = 0;
  std::string hash;

  friend bool operator==(const FileIdentity&, const FileIdentity&) = default;
};

struct FilePlan {
  std::string path;
  FileKind kind = FileKind::log;
  FileIdentity identity;
  bool rewrite = false;
  std::vector<Damage> damage;  // in file order
  std::uint64_t damage_count = 0;
  // What is wrong besides damage: sentences for people.
  std::vector<std::string> reasons;
};

enum class LossReason {
  unreadable,       // a damaged range: what it held is at best known in part
  partial,          // a part of a transaction survives, which must not be applied alone
  uncertain,        // it looks whole; a strict repair leaves it out
  refused_version,  // the engine of this line would refuse the whole database over its version
};
[[nodiscard]] std::string_view name_of(LossReason reason) noexcept;

// A commit of the log, or an entry of the snapshot.
struct CommitPlace {
  FileKind file = FileKind::log;
  std::uint64_t offset = 0;
  std::uint64_t length = 0;
  Version version = 0;
  std::vector<std::string> keys;  // at most max_listed_keys
};
inline constexpr std::size_t max_listed_keys = 100;

// Commits (of a snapshot: entries) that the repaired database does not have.
struct Loss {
  FileKind file = FileKind::log;
  std::uint64_t offset = 0;
  std::uint64_t length = 0;
  LossReason reason = LossReason::unreadable;
  std::optional<Version> version;  // when it can still be told
  std::vector<std::string> keys;   // those that can still be told
  std::uint64_t commits = 1;       // at least; dense versions tell how many, also that it is none
  // The last write of the file, interrupted: it was never complete, so it does not count as lost.
  bool is_torn_tail = false;
};

// What an interrupted write left beside the files, and whether it matters.
struct LeftoverCheck {
  Leftover leftover;
  std::uint64_t commits = 0;
  std::uint64_t commits_nowhere_else = 0;  // in neither file
  std::uint64_t commits_shared = 0;        // also in the log: it is this database's
  bool can_adopt = false;                  // RepairOptions::adopt would add commits
  bool adopted = false;
  std::string message;
};

struct RepairPlan {
  DatabaseFiles database;
  FilePlan log;
  FilePlan snapshot;
  bool live = false;  // somebody writes there: an unfinished end of the log is then no finding

  std::uint64_t recovered_commits = 0;  // in the repaired log
  std::uint64_t recovered_records = 0;
  std::uint64_t recovered_entries = 0;      // in the repaired snapshot, before gaps are filled
  std::uint64_t commits_behind_damage = 0;  // of recovered_commits: what stopping at the first
                                            // damage would have lost
  std::vector<CommitPlace> rebuilt;         // recovered although the frame's header was damaged
  // Recovered, but nothing proves that they are whole; those of the snapshot come first.
  std::vector<CommitPlace> uncertain;
  std::uint64_t uncertain_count = 0;    // of both files
  std::uint64_t uncertain_entries = 0;  // of those: of the snapshot
  std::vector<Loss> lost;
  std::uint64_t lost_commits = 0;  // at least; torn tails not counted
  std::uint64_t lost_bytes = 0;    // torn tails not counted

  std::vector<LeftoverCheck> leftovers;
  std::vector<Finding> lineage;  // whether snapshot and log belong together
  std::string fingerprint;       // of the repaired database
  std::uint64_t live_keys = 0;
  std::string id;  // of the plan: content of both files and the options that matter

  // The two files contradict each other, which is proven, and this plan leaves them so: which of
  // them is right is the operator's to say (RepairOptions::distrust_snapshot).
  bool leaves_contradiction = false;

  bool distrusts_snapshot = false;  // as asked; it made a difference

  [[nodiscard]] std::uint64_t uncertain_commits() const noexcept {
    return uncertain_count - uncertain_entries;
  }
  // Whether applying it writes anything.
  [[nodiscard]] bool is_needed() const noexcept { return log.rewrite || snapshot.rewrite; }
  // Whether anybody has something to do: to apply it, or to say which file is right.
  [[nodiscard]] bool asks_for_action() const noexcept { return is_needed() || leaves_contradiction; }

  std::shared_ptr<const recover::Survey> survey;  // what apply needs besides
};

// Reads both files, several times; changes nothing. Errors: not_found when neither file is there;
// not_a_database when nothing in them can be read; newer_format; io; permission; interrupted;
// invalid_argument when `adopt` names what is no leftover, or log and snapshot are one file.
[[nodiscard]] Result<RepairPlan> plan_repair(FileSystem& files, const DatabaseFiles& database,
                                             const RepairOptions& options);

// Whether the plan stays within the options' limits; error `limit` says by how much it does not.
[[nodiscard]] Result<> check_limits(const RepairPlan& plan, const RepairOptions& options);

struct RepairOutcome {
  std::string originals;  // the directory that keeps them; empty when nothing was replaced
  DatabaseFiles written;
  std::uint64_t log_bytes = 0;
  std::uint64_t snapshot_bytes = 0;
  std::string fingerprint;  // read back from the new files
  std::uint64_t live_keys = 0;
};

// The text of report.json, made once the outcome is known and before anything is replaced.
using ReportWriter = std::function<std::string(const RepairPlan&, const RepairOutcome&)>;

// Replaces the files in place. Killed at any point, the directory holds the old files, the new
// ones, or the new snapshot with the old log, which loads to the same state. The originals, the
// bytes that were cut (aol.bin.cut, snapshot.bin.cut: the damaged ranges one after the other), a
// manifest and report.json are in `<directory>/repair-<UTC time>/`. Nothing is done when the plan
// needs nothing. Errors: busy; changed when the files are not those of the plan; limit; no_space;
// permission; io; interrupted; damaged when the new files do not read back as planned.
[[nodiscard]] Result<RepairOutcome> apply_repair(FileSystem& files, const RepairPlan& plan,
                                                 const RepairOptions& options,
                                                 const ReportWriter& report);

// Writes the repaired database to `output`, whose directory must be empty or missing and whose
// files must not be there (error `exists`), and leaves the database alone. What a writer appended
// behind the bytes that the plan was made for is ignored; any other change is error `changed`. The
// new files give nobody but their owner a right that not both of the old ones give.
[[nodiscard]] Result<RepairOutcome> write_repaired(FileSystem& files, const RepairPlan& plan,
                                                   const RepairOptions& options,
                                                   const DatabaseFiles& output);

struct UndoOutcome {
  std::string originals;              // the directory they came from; gone afterwards
  std::vector<std::string> restored;  // paths
};

// The directory of the newest originals, which undo would put back. Errors: those of undo_repair
// but busy.
[[nodiscard]] Result<std::string> find_originals(FileSystem& files, const DatabaseFiles& database);

// Puts the newest originals back and removes their directory. Errors: not_found when there are
// none; changed when the database was written to since the repair, be it to a file that the repair
// left alone: putting the originals back would lose that, or join files that do not belong
// together; damaged when an original is not any more what the repair replaced; busy; io. Nothing is
// changed then.
[[nodiscard]] Result<UndoOutcome> undo_repair(FileSystem& files, const DatabaseFiles& database);

}  // namespace persist
