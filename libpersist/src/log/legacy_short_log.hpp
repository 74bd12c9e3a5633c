// A log of a few records has no custom that one could compare its records with: the usual doubts
// are not for it.
#pragma once

#include "log/legacy_state.hpp"

namespace persist::log {

// Whether the whole log is a few records that follow each other to its end, of commits as a writer
// makes them: versions that go on, keys that ascend, and no value that ends in a record of its own
// commit or the next, as one with a damaged length would. `bytes` is the log from its first byte
// on; false when they are not all of it.
[[nodiscard]] bool is_sound_short_log(ByteView bytes, std::uint64_t log_bytes);

}  // namespace persist::log
