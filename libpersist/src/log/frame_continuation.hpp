// Whether the log goes on behind a damaged frame with a frame that holds, or whether that is a copy
// of one in a value: what stands behind it, and its version, tell.
#pragma once

#include <optional>

#include "log/framed_context.hpp"
#include "log/record_walk.hpp"

namespace persist::log {

// Versions above `low` and below `high`, where frames are missing; none: the log goes on to its
// end.
struct MissingVersions {
  Version low = 0;
  Version high = 0;
};

// What the damaged frame still tells: its records, and where it ends. What is found out about the
// log behind it is kept, so that no byte is looked at for each copy in a value.
struct DamagedFrame {
  std::uint64_t offset = 0;
  PayloadWalk walk;
  std::optional<std::uint64_t> end;  // where the log goes on behind it, when it is known
  std::optional<FoundFrame> anchor;  // where the log is sure to go on, once it was looked for
  std::uint64_t no_anchor_before = 0;
  std::optional<MissingVersions> moved;  // of the next damage, once they were looked for
};

// Whether the log goes on at `offset`: it ends there, or a header is there, or a frame that can
// follow.
[[nodiscard]] Result<bool> goes_on_at(FrameProbe& probe, std::uint64_t offset,
                                      DamagedFrame& damaged, const FramedContext& context);

// Whether a frame found inside the damaged one's range is the log's own. When the end of the
// damaged frame is known, only one that carries a version missing between its neighbours is: bytes
// were lost in front of it. Or one that leads to where the damaged one seems to end, when its
// records were read in step with those of the log's end; or one that was moved. Any other is a copy
// in a value.
[[nodiscard]] Result<bool> belongs_to_log(FrameProbe& probe, DamagedFrame& damaged,
                                          const FoundFrame& found, const FramedContext& context);

}  // namespace persist::log
