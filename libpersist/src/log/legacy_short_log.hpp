// A log of a few records has no custom that one could compare its records with: the usual doubts
// are not for it.
#pragma once

#include <optional>

#include "log/legacy_state.hpp"

namespace persist::log {

// Where the legacy records end, at the log's end or in front of a framed part, when they are few,
// and of commits as a writer makes them: versions that go on, keys that ascend, and no value that
// ends in a record of its own commit or the next, as one with a damaged length would. The start of
// one more record may follow that the log's end cuts. None when they are not, or when `bytes`, the
// log from its first byte on, do not hold them all.
[[nodiscard]] std::optional<std::size_t> sound_short_log_end(ByteView bytes,
                                                             std::uint64_t log_bytes);

}  // namespace persist::log
