// What a write that was cut leaves at the log's end.
#pragma once

#include <optional>

#include "log/legacy_headers.hpp"

namespace persist::log {

// Where the zeros begin that a file system may leave behind what was written; a value may end in a
// few of its own.
[[nodiscard]] std::size_t end_of_data(ByteView bytes);

// Of the record at `at`, when its value reaches over the end of all that was written.
[[nodiscard]] std::optional<DamagedHeader> head_of_torn_value(ByteView bytes, std::size_t at,
                                                              const LegacyModel& model,
                                                              const VersionRanges& expected);

// Whether all that was written from `at` on looks like a head that was cut.
[[nodiscard]] bool is_head_torn_at(ByteView bytes, std::size_t at, const LegacyModel& model,
                                   const VersionRanges& expected);

}  // namespace persist::log
