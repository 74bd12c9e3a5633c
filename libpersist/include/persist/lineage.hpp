// Whether a snapshot and a log belong together: nothing in the formats ties them
// (formats/README.md, "Snapshot and log").
#pragma once

#include <memory>
#include <persist/verify.hpp>

namespace persist {

// A fold over one reading of both files: `begin` and `add` fit StateOptions' hooks. What it finds
// are findings about the log; of severity error where it is proven.
class LineageCheck {
 public:
  // Of more keys than its memory holds it keeps a sample.
  explicit LineageCheck(std::uint64_t max_memory_bytes = std::uint64_t{32} << 20U);
  LineageCheck(LineageCheck&&) noexcept;
  LineageCheck& operator=(LineageCheck&&) noexcept;
  ~LineageCheck();

  // Of the snapshot, before the first commit; not called where there is none.
  void begin(const SnapshotSummary& snapshot);
  // The log's commits in file order, but no partial ones.
  void add(const Commit& commit);

  // Behind the last commit, once: the snapshot held against the log's records. Reads it once more,
  // but only where the log has something that should be in it. Of a damaged snapshot only entries
  // count that repair takes at their word: neither uncertain ones nor one right before damage.
  // Finds `snapshot-contradicts-log`, `snapshot-incomplete` and `not-in-snapshot`. Errors: those of
  // reading.
  [[nodiscard]] Result<std::vector<Finding>> compare(File& snapshot, bool is_damaged);

  // Whether commits are missing between snapshot and log, or behind it. Means something only when
  // both are there, or not there, as the engine would find them, and sound. `is_live`: of the log
  // its first part was read, which may be older than the snapshot. Finds `snapshot-missing`,
  // `snapshot-outdated`, `log-outdated` and `empty-log`, all warnings.
  [[nodiscard]] std::vector<Finding> find_gaps(const LogSummary& log, bool is_live) const;

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

// Error `damaged`, with that advice, when the snapshot, which is sound, is proven not to go with
// the log at `log_path`.
[[nodiscard]] Result<> refuse_contradiction(LineageCheck& check, const std::string& log_path,
                                            File& snapshot, std::string_view advice);

}  // namespace persist
