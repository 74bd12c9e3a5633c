// Whether a block's bytes are what its snapshot goes on with.
#pragma once

#include <persist/formats/bytes.hpp>

namespace persist::snapshot {

// Whether an entry that begins within `before`, or with the block where nothing is before it, leads
// from one entry to the next up to the block's very end. `before`: what was decoded right before.
[[nodiscard]] bool goes_on_to_its_end(ByteView before, ByteView block);

}  // namespace persist::snapshot
