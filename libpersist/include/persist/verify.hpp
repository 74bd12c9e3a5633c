// Reads every byte of a database, changes none, and says what is wrong with it.
#pragma once

#include <atomic>
#include <functional>
#include <persist/database_files.hpp>
#include <persist/forecast.hpp>
#include <persist/log_reader.hpp>
#include <persist/snapshot_reader.hpp>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace persist {

enum class Severity {
  info,     // worth knowing; changes neither verdict nor exit status
  warning,  // suspicious, proves nothing; only a strict check minds
  error,    // bytes that no release writes, or files that contradict each other
};
[[nodiscard]] std::string_view name_of(Severity severity) noexcept;

enum class Verdict {
  clean,      // no error
  torn_tail,  // every error is what an interrupted write leaves at the end of a sound file
  damaged,    // committed data is or may be gone, or hidden from the engine
};
[[nodiscard]] std::string_view name_of(Verdict verdict) noexcept;  // clean, torn-tail, damaged

enum class FileKind { log, snapshot };
[[nodiscard]] std::string_view name_of(FileKind kind) noexcept;

// A part of a file, by how it is laid out.
enum class PartFormat { legacy, framed_1, framed_2, bare, headed };
[[nodiscard]] std::string_view name_of(PartFormat format) noexcept;

struct Finding {
  std::string_view code;  // stable, lives for ever; a DamageCode's name or a rule's
  Severity severity = Severity::info;
  std::uint64_t offset = 0;  // in the file, bytes; 0 with length 0 for the file as a whole
  std::uint64_t length = 0;
  std::string message;  // one sentence: what is wrong and what it costs
  bool is_torn_tail = false;
};

// The code of the finding that snapshot and log cannot both be right. Proven when it is an error:
// then the database is damaged, and only repair with `distrust_snapshot` gets it out of that.
inline constexpr std::string_view contradiction_code = "snapshot-contradicts-log";

// The code of the finding, an error, that a snapshot of this very log lacks what it says it holds:
// repair lets the log's commits count.
inline constexpr std::string_view incomplete_code = "snapshot-incomplete";

// The code of the warning that a snapshot lacks keys which the log sets at versions it says it
// covers: what is rewritten in place gives those commits up.
inline constexpr std::string_view unheld_code = "not-in-snapshot";

// Where the commits of a log begin, coarsely, for drawing: the file in stretches of equal length.
struct CommitMap {
  struct Stretch {
    std::uint64_t commits = 0;  // that begin in it
    Version last_version = 0;   // of the last of them
  };
  static constexpr std::size_t max_stretches = 512;

  std::uint64_t stretch_bytes = 0;
  std::vector<Stretch> stretches;  // up to the one in which the last commit begins
};

struct FileReport {
  std::string path;
  FileKind kind = FileKind::log;
  std::vector<PartFormat> formats;  // in the order met; empty for an empty file
  Compression compression = Compression::none;
  std::uint64_t bytes = 0;
  std::uint64_t commits = 0;  // whole ones; of a snapshot always 0: it keeps no commits
  std::uint64_t records = 0;  // of those commits; of a snapshot versions over all entries
  // Of a log's first and last commit, in file order, which need not be that of the versions; of a
  // snapshot the least and the greatest; 0 when there is none.
  Version first_version = 0;
  Version last_version = 0;
  Version min_version = 0;
  Version max_version = 0;
  std::uint64_t checksummed_bytes = 0;
  std::optional<Version> covered;  // of a headed snapshot
  CommitMap commit_map;            // of a log that was verified
  std::vector<Finding> findings;   // by offset; beyond max_findings a count takes their place
};

struct VerifyReport {
  Verdict verdict = Verdict::clean;
  std::vector<FileReport> files;  // snapshot first, as the engine reads them
  std::optional<Forecast> engines;
  bool live = false;  // another process writes there: the log was read up to the length it had
};

struct VerifyOptions {
  bool forecast = true;
  ForecastOptions forecast_options;
  // Looked into for truncation tails of releases up to 0.27; empty: not looked for.
  std::string temp_dir;
  std::size_t max_findings = 10'000;            // a file
  std::optional<std::uint64_t> log_end_offset;  // of a live log: its length when it was opened
  // Bytes of both files read so far, for a progress display; may be null.
  std::atomic<std::uint64_t>* progress = nullptr;
  // Polled now and then; true stops with error `interrupted`. May be empty.
  std::function<bool()> should_stop;
};

// Verifies the files of a database; an empty path stands for a file that is not part of the target.
// Finds out for itself whether it is live. Memory: at most 64 MiB, or what the largest commit or
// entry that is really there takes. Errors: not_found when neither file is there; io; permission;
// interrupted. Whatever is wrong with the contents is a finding and no error, a newer format
// included.
[[nodiscard]] Result<VerifyReport> verify(FileSystem& files, const DatabaseFiles& database,
                                          const VerifyOptions& options);
// The same for open files, of which one may be null: for standard input.
[[nodiscard]] Result<VerifyReport> verify(File* log, File* snapshot, const VerifyOptions& options);

// Whether another process holds our lock there or has the log open for writing.
[[nodiscard]] Result<bool> is_live(FileSystem& files, const DatabaseFiles& database);

// The exit status of a check: 0 clean, 1 a torn tail (`strict`: or a warning), 2 damaged.
[[nodiscard]] int exit_status_of(const VerifyReport& report, bool strict) noexcept;

}  // namespace persist
