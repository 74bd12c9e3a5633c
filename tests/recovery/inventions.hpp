// What a reader can know of a row that was never written.
#pragma once

#include "recovery/damage_kinds.hpp"

namespace persist::recovery {

// Whether the damaged bytes around `record` read as records, one right behind the other, from one
// that was written and lies whole (or the log's beginning) to the next such one (or its end). A
// legacy record has no checksum: where that is so, nothing in the file contradicts it.
[[nodiscard]] bool reads_without_break(const SoundLog& log, const DamagedLog& damaged,
                                       const SoundRecord& record);

}  // namespace persist::recovery
