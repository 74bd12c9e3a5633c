// Writes the repaired log while the damaged one is read a second time.
#pragma once

#include <functional>
#include <persist/log_builder.hpp>

#include "recover/survey.hpp"

namespace persist::recover {

struct WrittenLog {
  std::uint64_t commits = 0;
  std::uint64_t records = 0;
  std::uint64_t repeats_left_out = 0;  // commits that were in the file twice, word for word
};

// Legacy commits first and as such, then the framed part behind its header, each frame with the
// `synced_to` it had. In file order; but where replay depends on the order and the file's is not
// that of versions (lines up to 0.22 and 1.0, FORMATS: defect 15), each part in version order,
// which every release reads alike. `sources`: the log, then the adopted leftovers, whose commits
// take their places by version, or the end where order does not matter. Errors: io and what
// `output` returns.
[[nodiscard]] Result<WrittenLog> rewrite_log(std::span<File* const> sources,
                                             const LogSurvey& survey, const Rules& rules,
                                             const RepairOptions& options,
                                             const LogBuilder::Output& output);

}  // namespace persist::recover
