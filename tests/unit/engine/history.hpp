// What transactions did, as they saw it themselves, and whether isolation allows it.
//
// Every write of a history has a value of its own, so that a value that was read says who wrote it.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <persist/transaction.hpp>
#include <string>
#include <vector>

namespace persist::test {

using Writes = std::map<std::string, std::optional<std::string>>;  // none: a delete

struct ReadOfKey {
  std::string key;
  std::optional<std::string> value;
};

struct ReadOfRange {
  std::string from;
  std::string to;  // exclusive
  std::vector<Row> rows;
};

enum class Outcome : std::uint8_t { committed, conflict, cancelled };

// Reads are of what others wrote: a transaction of a history reads before it writes.
struct HistoryEntry {
  Isolation isolation = Isolation::snapshot;
  std::uint64_t began = 0;  // moments, in one order over all threads
  std::uint64_t ended = 0;
  Version read_version = 0;
  std::vector<ReadOfKey> keys;
  std::vector<ReadOfRange> ranges;
  Writes writes;
  Outcome outcome = Outcome::cancelled;
  Version version = 0;  // of a commit that wrote something
};

// Every rule that the history breaks, as sentences; none when isolation holds:
//   - no two commits have one version, and each is above the version it read
//   - every read is of the committed state at the version read: nothing dirty, nothing in part
//   - who begins after a commit returned sees it
//   - the first committer of a key wins, and nobody is refused who did not meet one
//   - what a serializable commit read is still so right before its own version
[[nodiscard]] std::vector<std::string> broken_rules(const std::vector<HistoryEntry>& history);

}  // namespace persist::test
