// The snapshot held against the records of the log that it should agree with: one check for verify
// and for every command that writes a database anew.
#pragma once

#include <persist/verify.hpp>
#include <vector>

#include "inspect/cross_check.hpp"

namespace persist {

// For the records of a log that lies beside such a snapshot. `max_memory_bytes`: for their marks.
[[nodiscard]] CrossCheck cross_check_with(const SnapshotSummary& snapshot,
                                          std::size_t max_memory_bytes);

// Reads the snapshot once more, unless nothing of the log has to be in it. Returns what is wrong,
// as findings about the log: `snapshot-contradicts-log`, an error where it is proven,
// `snapshot-incomplete`, and `not-in-snapshot`. Of a damaged snapshot only entries count that
// repair takes at their word: neither uncertain ones nor one right before damage. Errors: those of
// reading.
[[nodiscard]] Result<std::vector<Finding>> compare_with_snapshot(CrossCheck& log, File& snapshot,
                                                                 bool is_damaged);

// Error `damaged`, with that advice, when the snapshot, which is not damaged, is proven not to go
// with the log at `log_path`.
[[nodiscard]] Result<> refuse_contradiction(CrossCheck& log, const std::string& log_path,
                                            File& snapshot, std::string_view advice);

}  // namespace persist
