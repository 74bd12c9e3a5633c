// One new snapshot that holds everything, and a log without a commit: what compact and snapshot
// make.
#pragma once

#include "rewrite/compact_log.hpp"
#include "rewrite/in_place.hpp"

namespace persist::rewrite {

struct WholeSnapshotPlan {
  // Which versions of a key the snapshot of line 0.18 keeps besides the newest; the other lines'
  // snapshots keep none.
  enum class History { none, since, all };
  History history = History::none;
  Version keep_from = 0;  // with `since`
  Gain gain;
};

class WholeSnapshot {
 public:
  WholeSnapshot(SoleWriter& sole, const WholeSnapshotPlan& plan, const RewriteOptions& options)
      : sole_(sole), plan_(plan), options_(options) {}

  // Errors: those of write_in_place and load_source; unsupported for `since` on a line that
  // counts.
  [[nodiscard]] Result<RewriteReport> run();

 private:
  [[nodiscard]] Result<Source> load(bool history);
  [[nodiscard]] Result<Source> load_what_is_kept();
  [[nodiscard]] KeySource kept(const Source& source) const;
  [[nodiscard]] Result<RewriteReport> write(Source source, const RewriteOptions& options);
  [[nodiscard]] Result<RewriteReport> order_log(Source& source);

  SoleWriter& sole_;
  const WholeSnapshotPlan& plan_;
  const RewriteOptions& options_;
  OpenFiles open_;
  // Of the first reading; what is read again is the same database.
  std::optional<std::vector<Finding>> suspicions_;
};

// The report of a database whose log ends in an interrupted write, which is not ours to take away.
[[nodiscard]] RewriteReport refuse_torn_tail(const Source& source);
// Why a length of time means nothing to a database of this line.
[[nodiscard]] std::unexpected<Error> ages_are_unknown(const DatabaseFiles& database,
                                                      ReleaseLine line);

}  // namespace persist::rewrite
