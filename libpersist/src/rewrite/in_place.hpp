// Replaces a database's files by a new layout of the same data.
#pragma once

#include "rewrite/layout.hpp"
#include "rewrite/proof.hpp"
#include "rewrite/sole_writer.hpp"
#include "rewrite/source.hpp"
#include "rewrite/two_file_swap.hpp"

namespace persist::rewrite {

struct InPlacePlan {
  Layout layout;
  std::optional<Version> keep_from;  // see keys_since
  // Nothing is replaced by what is not smaller; with a percentage, not smaller by as much.
  bool only_if_smaller = false;
  double min_gain_percent = 0;
};

// A report with what is known of the source.
[[nodiscard]] RewriteReport report_of(const Source& source, const Digest& digest);

// Measures, writes, proves, swaps: snapshot first, so the new snapshot must hold all (see
// two_file_swap.hpp). Errors: those of writing; busy; mismatch with the new files kept aside.
[[nodiscard]] Result<RewriteReport> rewrite_in_place(SoleWriter& sole, Source source,
                                                     const InPlacePlan& plan,
                                                     const RewriteOptions& options);

// Whether `after` is not smaller than `before` by as much as asked for.
[[nodiscard]] bool is_no_gain(const FileSizes& before, const FileSizes& after,
                              double min_gain_percent) noexcept;

// Proves what lies in the temporary files, and keeps them aside when it is not what it should be.
// Either may be missing: then the old one stays, read from `old`.
[[nodiscard]] Result<> prove_or_set_aside(FileSystem& files, NewFiles& fresh,
                                          const SourceFiles& old, const Expectation& expected,
                                          const RewriteOptions& options);

}  // namespace persist::rewrite
