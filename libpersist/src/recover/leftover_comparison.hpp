// The commits of a leftover, held against those of the log.
#pragma once

#include "recover/commit_fetcher.hpp"

namespace persist::recover {

// A commit of a leftover.
struct Candidate {
  LateCommit place;
  std::uint64_t hash = 0;
  std::size_t records = 0;
  bool is_known = false;  // the log or the snapshot has it, too
};

class Collector final : public LogSink {
 public:
  Collector(const Rules& rules, std::size_t source, std::uint64_t max_bytes)
      : rules_(rules), source_(source), max_bytes_(max_bytes) {}

  bool on_commit(const Commit& commit) override;
  bool on_damage(const Damage&) override { return true; }

  std::vector<Candidate> candidates;
  bool is_complete = true;

 private:
  const Rules& rules_;
  std::size_t source_;
  std::uint64_t max_bytes_;
};

// A commit of the log, as much as has to be known to leave it out.
struct PlacedCommit {
  std::uint64_t offset = 0;
  std::uint64_t length = 0;
  std::size_t records = 0;
  Trust trust = Trust::whole;

  [[nodiscard]] std::uint64_t end() const noexcept { return offset + length; }
};

// A commit of the log of which an interrupted write left the beginning: whole, it is a candidate.
struct CutCommit {
  Candidate* whole = nullptr;
  PlacedCommit part;
};

// Compares the log's commits with the candidates, which are sorted by version. An interrupted copy
// ends inside a commit, whose first records then look like another one of its version.
class Comparer final : public LogSink {
 public:
  Comparer(const Rules& rules, std::vector<Candidate>& candidates, File& leftover)
      : rules_(rules),
        candidates_(candidates),
        leftover_(&leftover),
        fetcher_(std::span<File* const>(&leftover_, 1)) {}

  bool on_commit(const Commit& commit) override;
  bool on_damage(const Damage& damage) override;
  // The log has ended. Errors: those of reading the leftover.
  [[nodiscard]] Result<> finish();

  std::uint64_t shared = 0;
  std::uint64_t conflicts = 0;  // the log has another commit of the same version
  std::vector<CutCommit> cut;

 private:
  void suspect(const Commit& commit, std::span<Candidate> same);
  void settle_suspect(bool was_cut);

  const Rules& rules_;
  std::vector<Candidate>& candidates_;
  File* leftover_;
  CommitFetcher fetcher_;
  std::optional<CutCommit> suspect_;  // until what comes behind it is known
  Result<> status_;
};

}  // namespace persist::recover
