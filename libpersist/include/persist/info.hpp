// What a database is, at a glance.
#pragma once

#include <persist/database_files.hpp>
#include <persist/state.hpp>
#include <persist/verify.hpp>
#include <string>
#include <vector>

namespace persist {

// Live keys that have something in common.
struct KeyGroup {
  std::string name;  // bytes: a key prefix
  std::uint64_t keys = 0;
  std::uint64_t bytes = 0;  // of keys and values
};

struct InfoReport {
  std::vector<FileReport> files;         // as verify gives them, findings included
  ReleaseLine line = ReleaseLine::v1_1;  // the oldest one that writes such files
  bool damaged = false;
  bool live = false;  // another process writes there: the log was read up to the length it had

  std::uint64_t bytes = 0;    // of both files
  std::uint64_t commits = 0;  // whole ones in the log
  std::uint64_t records = 0;
  std::uint64_t live_keys = 0;
  std::uint64_t versions = 0;  // over all keys, what overwrote and deleted them included
  Version first_version = 0;   // least and greatest over both files; 0 when there is none
  Version last_version = 0;
  std::optional<Version> covered;

  // The smallest equal directory of the same line, and what it would free.
  std::uint64_t compact_bytes = 0;
  std::uint64_t freed_by_compaction_bytes = 0;

  std::vector<KeyGroup> prefixes;  // most bytes first; the rest is summed up in `other`
  KeyGroup other;
};

struct InfoOptions {
  std::size_t max_prefixes = 16;
  std::uint64_t max_memory_bytes = std::uint64_t{1} << 30U;
  std::string temp_dir = "/tmp";
  std::optional<std::uint64_t> log_end_offset;
  std::atomic<std::uint64_t>* progress = nullptr;
  std::function<bool()> should_stop;
};

// An empty path stands for a file that is not part of the target. Errors: not_found when neither
// file is there; newer_format; io; permission; interrupted. Damage is no error.
[[nodiscard]] Result<InfoReport> info(FileSystem& files, const DatabaseFiles& database,
                                      const InfoOptions& options);
// The same for open files, of which one may be null.
[[nodiscard]] Result<InfoReport> info(FileSystem& files, File* log, File* snapshot,
                                      const InfoOptions& options);

}  // namespace persist
