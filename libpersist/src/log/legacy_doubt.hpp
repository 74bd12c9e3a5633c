// Reasons to think about records that could be read: their versions, or the log's very start.
#pragma once

#include <optional>

#include "log/legacy_state.hpp"

namespace persist::log {

struct Doubt {
  std::uint64_t noticed = 0;           // file offset
  std::optional<std::size_t> first{};  // pending record from which on to look; else a few before
  Version outlier = 0;                 // a version that cannot be sound, 0 for none
};

// Where the next record's version is far from those before it, or that of a commit that had ended:
// what to doubt, or nothing when a clock was set, another counter took over, or a range was copied.
// `stretch` goes on behind `state.at`, where `next` lies.
[[nodiscard]] std::optional<Doubt> doubt_of_next(const LegacyState& state, const Stretch& stretch,
                                                 const RecordShape& next);

// What to doubt of the last pending record, whose value holds what could be records: nothing when
// the log goes on where it ends, and nothing in it leads there. `stretch` goes on behind
// `state.at`.
[[nodiscard]] std::optional<Doubt> doubt_of_value(const LegacyState& state, const Stretch& stretch);

// A log that lost its beginning may start in the middle of a record, which decodes now and then.
[[nodiscard]] std::optional<Doubt> doubt_of_start(const LegacyState& state, const Stretch& stretch);

}  // namespace persist::log
