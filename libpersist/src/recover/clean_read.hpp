// Whether files read back without a finding, and what is in them.
#pragma once

#include <optional>
#include <persist/log_reader.hpp>
#include <persist/snapshot_reader.hpp>

namespace persist::recover {

// The number of records, or none when there is damage or a commit that is not proven whole.
[[nodiscard]] Result<std::optional<std::uint64_t>> count_clean_records(File& log);
// The number of entries, or none when there is damage or an entry that nothing vouches for.
[[nodiscard]] Result<std::optional<std::uint64_t>> count_clean_entries(File& snapshot);

}  // namespace persist::recover
