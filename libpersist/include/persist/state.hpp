// The state that a snapshot and a log mean together (formats/README.md, "Replay"): keys ascending,
// each with the versions that the files still hold. In memory when it fits, in sorted runs on disk
// when it does not; callers cannot tell.
#pragma once

#include <atomic>
#include <functional>
#include <memory>
#include <span>

#include <persist/database_files.hpp>
#include <persist/log_reader.hpp>
#include <persist/snapshot_reader.hpp>

namespace persist {

struct StateOptions {
  // Only what was true at this version: records with a greater version are left out.
  std::optional<Version> at;
  // Every version the files hold, deletes too; else only the newest one of each live key. What a
  // headed snapshot covers counts as held by the log only when the log has all of it.
  bool history = false;
  // A commit that touches damage and cannot be proven whole is left out.
  bool strict = false;
  // Soft limit for everything the state holds; beyond it sorted runs go to `temp_dir`.
  std::uint64_t max_memory_bytes = std::uint64_t{1} << 30U;
  std::string temp_dir = "/tmp";
  std::optional<std::uint64_t> log_end_offset;  // of a live log: its length when it was opened
  // Leaves a commit out, as a replay does that skips or stops early; called in file order. May be empty.
  std::function<bool(const Commit&)> keep_commit;
  // Told of the snapshot once it was read and before the log is. May be empty.
  std::function<void(const SnapshotSummary&)> on_snapshot;
  // Receives damage as it is met, with the file's path; may be empty. Reading goes on.
  std::function<void(const std::string& path, const Damage&)> on_damage;
  // Bytes of both files read so far, for a progress display; may be null.
  std::atomic<std::uint64_t>* progress = nullptr;
  // Polled now and then, by for_each and identity too; true stops with error `interrupted`. May be
  // empty.
  std::function<bool()> should_stop;
};

// One key with the versions asked for, ascending; views live until the visitor returns.
struct KeyState {
  ByteView key;
  std::span<const VersionedValue> versions;
};

struct KeyRange {
  ByteView from;                 // inclusive
  std::optional<ByteView> to;    // exclusive; none: to the end
};
[[nodiscard]] std::optional<std::string> prefix_end(ByteView prefix);  // none when there is no end

struct StateSummary {
  std::optional<LogSummary> log;  // none: there is no such file
  std::optional<SnapshotSummary> snapshot;
  Version max_version = 0;        // seen anywhere, covered included: the clock
  bool was_damaged = false;
  std::uint64_t uncertain_commits = 0;
  std::uint64_t partial_commits = 0;  // left out
  std::uint64_t spilled_bytes = 0;
};

// What two states with the same rows have in common, whatever their versions.
struct StateIdentity {
  std::string fingerprint;  // of all live rows (persist/fingerprint.hpp)
  std::uint64_t live_keys = 0;
};

class State {
 public:
  // Reads both files whole. A headed snapshot hides the log's commits at or below `covered`, but when
  // it is damaged only for keys it vouches for: those that lay between the entries around a damage,
  // or behind the last, take them (snapshot/key_gaps.hpp); repair writes the same state.
  // Errors: `not_found` when neither is there; `newer_format`; io errors; `interrupted`; those of
  // `temp_dir`, which they name; `unsupported` when `at` lies before what the files still hold: a
  // snapshot without history has forgotten everything before it, unless the log still has it all.
  // Damage is no error (StateSummary::was_damaged).
  [[nodiscard]] static Result<State> load(FileSystem& files, const DatabaseFiles& database,
                                          const StateOptions& options);
  // From open files; either may be null. For standard input and for files just written.
  [[nodiscard]] static Result<State> load(FileSystem& files, File* log, File* snapshot,
                                          const StateOptions& options);
  State(State&&) noexcept;
  State& operator=(State&&) noexcept;
  ~State();

  [[nodiscard]] const StateSummary& summary() const noexcept;

  // Visits keys of the range in order; the visitor returns false to stop. May be called again.
  // Without `history` each key is live and has exactly one version, with a value.
  using Visitor = std::function<bool(const KeyState&)>;
  [[nodiscard]] Result<> for_each(const KeyRange& range, const Visitor& visit) const;
  [[nodiscard]] Result<> for_each(const Visitor& visit) const { return for_each({}, visit); }

  // Errors: `interrupted`; those of `temp_dir`.
  [[nodiscard]] Result<StateIdentity> identity() const;

  // The newest value of a key, with its version. None: not there, or deleted.
  struct Found {
    Version version;
    std::string value;
  };
  [[nodiscard]] Result<std::optional<Found>> get(ByteView key) const;

 private:
  struct Impl;
  explicit State(std::unique_ptr<Impl> impl) noexcept;
  std::unique_ptr<Impl> impl_;
};

}  // namespace persist
