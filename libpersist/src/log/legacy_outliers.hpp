// Records whose version was altered while everything else in them can still be read.
#pragma once

#include <deque>
#include <vector>

#include "log/legacy_repeats.hpp"

namespace persist::log {

// What of a record tells which commit it belongs to.
struct KeyedVersion {
  ByteView key;
  Version version = 0;
};

// Whether three records in a row are one commit by all that but the version in the middle: a commit
// is written in one piece, its keys ascending, so that version was altered.
[[nodiscard]] bool is_inside_another_commit(const KeyedVersion& before, const KeyedVersion& record,
                                            const KeyedVersion& behind);

// A version that is far from those of the commits around it, on one side of them all, belongs to no
// writer: the log goes on behind it as if it had not been. One record only, for no accident changes
// several versions alike; but for a counter that jumps ahead and comes back: whole copies do that.
class OutlierFinder {
 public:
  // The indexes below `count` of such records, ascending. Records from `count` on are only what
  // follows.
  [[nodiscard]] std::vector<std::size_t> find(const std::vector<PendingRecord>& records,
                                              std::size_t count, const KeyOf& key_of) const;
  // A commit's version that was handed on.
  void note(Version version);
  // Whether another commit that was handed on has the version of a counter.
  [[nodiscard]] bool has_met(Version version) const noexcept {
    return track_.is_counter() && version <= track_.newest() && track_.is_taken(version);
  }

 private:
  std::deque<Version> before_;  // of the last commits
  VersionTrack track_;
};

}  // namespace persist::log
