// New files beside a database's old ones, until they replace them.
#pragma once

#include "rewrite/layout.hpp"
#include "rewrite/proof.hpp"
#include "rewrite/sole_writer.hpp"
#include "rewrite/source.hpp"
#include "rewrite/two_file_swap.hpp"

namespace persist::rewrite {

// Nothing is replaced by what is not smaller; with a percentage, not smaller by as much.
struct Gain {
  bool is_needed = false;
  double min_percent = 0;

  [[nodiscard]] bool is_missed(const FileSizes& before, const FileSizes& after) const noexcept;
};

// What is written, in which layout.
struct Content {
  KeySource keys;
  std::uint64_t most_bytes = 0;  // no layout takes more in both files together
  std::optional<Digest> digest;  // of the keys; else it is taken while they are written
  Layout layout;
  std::optional<FileInfo> like = {};  // whose owner and mode the files of a new database get
};

struct WrittenInPlace {
  RewriteReport report;  // `unwritten` says why there are no files
  NewFiles files;        // synced
  Expectation expected;  // what they have to read back as
};

// Does `work` under the directory's lock, after what a killed run had left was removed (with
// `dry_run` it stays). When the work fails, what it has replaced is put back. Errors: those of
// SoleWriter::take, and of the work.
[[nodiscard]] Result<RewriteReport> alone(
    FileSystem& files, const DatabaseFiles& database, const RewriteOptions& options,
    const std::function<Result<RewriteReport>(SoleWriter&)>& work);

// A report with what is known of the source, and of its keys.
[[nodiscard]] RewriteReport report_of(const Source& source);
void add_digest(RewriteReport& report, const Digest& digest);
[[nodiscard]] RewriteReport report_of(const Source& source, const Digest& digest);

// Measures where that is needed, then writes both files beside the old ones and syncs them. A log
// that was not there is only made when it would hold something. `report`: of the source. Errors:
// no_space, before anything is written where that can be told; those of writing.
[[nodiscard]] Result<WrittenInPlace> write_in_place(const SoleWriter& sole, const Content& content,
                                                    const Gain& gain, const RewriteOptions& options,
                                                    RewriteReport report);

// Proves what lies in the temporary files, and keeps them aside when it is not what it should be.
// Either may be missing: then the old one stays, read from `old`.
[[nodiscard]] Result<> prove_or_set_aside(FileSystem& files, NewFiles& fresh,
                                          const SourceFiles& old, const Expectation& expected,
                                          const RewriteOptions& options);

// Error `interrupted` when the caller was asked to stop: the last look before anything is replaced.
[[nodiscard]] Result<> stop_if_asked(const RewriteOptions& options);

}  // namespace persist::rewrite
