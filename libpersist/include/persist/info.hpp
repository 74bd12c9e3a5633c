// What a database is, at a glance.
#pragma once

#include <persist/release_line.hpp>
#include <persist/rewrite.hpp>
#include <persist/state.hpp>
#include <persist/verify.hpp>
#include <string>
#include <vector>

namespace persist {

// Live keys that have something in common.
struct KeyGroup {
  std::string name;  // bytes: a key prefix; or text: a table
  std::uint64_t keys = 0;
  std::uint64_t bytes = 0;  // of keys and values
};

// The largest groups, most bytes first, and the sum of all others.
struct KeyGroups {
  std::vector<KeyGroup> largest;
  std::uint64_t other_groups = 0;
  KeyGroup other;
};

struct InfoReport {
  // Snapshot first; their findings are empty, for that is verify's work.
  std::vector<FileReport> files;
  ReleaseLine line = ReleaseLine::v1_1;  // the oldest one that writes such files
  bool damaged = false;                  // a torn tail included

  std::uint64_t bytes = 0;    // of both files
  std::uint64_t commits = 0;  // whole ones in the log
  std::uint64_t records = 0;
  std::uint64_t versions = 0;  // in both files, those that were overwritten and deletes included
  std::uint64_t live_keys = 0;
  std::uint64_t live_bytes = 0;  // of live keys and their values
  Version min_version = 0;       // over both files; 0 when there is none
  Version max_version = 0;
  std::optional<Version> covered;

  // What `compact` would leave, with its default settings; it frees nothing when that is no less. Of
  // more than 64 MiB of live data it is estimated from an eighth.
  FileSizes compacted;
  std::uint64_t freed_by_compaction_bytes = 0;

  // SurrealDB's records, by the name of their table.
  KeyGroups tables;
  // All other keys, by their first characters up to a separator: at the least depth that tells keys
  // apart.
  KeyGroups prefixes;
};

struct InfoOptions {
  std::size_t max_groups = 16;
  std::uint64_t max_memory_bytes = std::uint64_t{1} << 30U;
  std::string temp_dir = "/tmp";
  std::function<bool()> should_stop;
};

// `state`: loaded without history, of these files; either may be null. Errors: those of
// State::for_each and of temporary data; interrupted.
[[nodiscard]] Result<InfoReport> info(FileSystem& files, const SourceFiles& source,
                                      const State& state, const InfoOptions& options);

}  // namespace persist
