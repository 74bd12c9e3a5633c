// What a program does with a database, step by step, on a file system that remembers it, beside the
// model that says what has been promised.
#pragma once

#include <memory>
#include <persist/database.hpp>
#include <persist/rewrite.hpp>
#include <vector>

#include "simulation/gate.hpp"
#include "simulation/memory_file_system.hpp"
#include "simulation/model.hpp"

namespace persist::simulation {

enum class Step {
  commit_synced,     // in a database that syncs every commit
  commit_unsynced,   // ... that leaves it to the system
  commit_async,      // ... that appends behind the commit, and syncs every append
  commit_in_memory,  // ... without a log: only snapshots promise anything
  sync,
  snapshot,       // by the open database, with the cut of the log
  take_snapshot,  // by the command
  compact,
  compact_log,
  convert,  // to line 1.0, or back
  repair,   // after the log's end was torn by hand
  repair_and_undo,
  reopen,
  // Several threads at once. Dear: behind the others, which are combined in every way.
  commit_group,            // one commit, and meanwhile others that become one group
  commit_beside_snapshot,  // before, during and behind the writing of a snapshot
};
inline constexpr std::size_t alone_step_count = static_cast<std::size_t>(Step::reopen) + 1;
inline constexpr std::size_t step_count =
    static_cast<std::size_t>(Step::commit_beside_snapshot) + 1;
[[nodiscard]] std::string_view name_of(Step step) noexcept;

struct Setting {
  ReleaseLine line = ReleaseLine::v1_1;
  Compression compression = Compression::none;
  std::uint64_t seed = 0;          // of the lengths of values
  std::vector<Step> before{};      // done, and all on the disk, before the power can fail
  ReleaseLine before_line = line;  // in which that was done
};

inline const std::string database_directory = "/db";

class Workload {
 public:
  explicit Workload(const Setting& setting);
  [[nodiscard]] Result<> prepare();  // once, first

  // The error of a call that has to succeed, or what the database holds and should not.
  [[nodiscard]] Result<> run(Step step);
  // Ends with the database closed.
  [[nodiscard]] Result<> finish() { return close(); }

  // The disk before the first step, and what happened to it since.
  [[nodiscard]] const Image& start() const noexcept { return start_; }
  [[nodiscard]] const std::vector<Event>& trace() const noexcept { return trace_; }
  [[nodiscard]] const Model& model() const noexcept { return model_; }
  // Commits were written without a sync, so that an earlier one may be lost and a later one not.
  [[nodiscard]] bool has_unsynced_commits() const noexcept { return has_unsynced_commits_; }
  // ... in a format that cannot tell afterwards: it looks like damage in what had been synced.
  [[nodiscard]] bool has_unmarked_commits() const noexcept { return has_unmarked_commits_; }

 private:
  enum class Mode { synced, unsynced, async, in_memory };

  [[nodiscard]] Options options_for(Mode mode) const;
  [[nodiscard]] RewriteOptions rewrite_options() const;
  Result<> open(Mode mode);
  Result<> close();
  Result<> commit(Mode mode);
  Result<> commit_group();
  Result<> commit_beside_snapshot();
  Result<> keep_promise(std::size_t state, const Result<Version>& version);
  Result<> snapshot();
  Result<> tear_log();
  Result<> repair(bool undo);
  Result<> convert();
  Result<> rewrite(Step step);
  Result<> compare();
  void note_promise();

  Setting setting_;
  Image start_;
  std::vector<Event> trace_;
  Gate gate_;
  std::atomic<std::size_t> log_writes_ = 0;
  MemoryFileSystem files_;
  Model model_;
  DatabaseFiles paths_;
  std::optional<Database> database_;
  Mode mode_ = Mode::synced;
  bool has_unsynced_commits_ = false;
  bool has_unmarked_commits_ = false;
};

}  // namespace persist::simulation
