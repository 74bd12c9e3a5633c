// A log without what newer records or the snapshot override, in version order.
#pragma once

#include <limits>

#include "rewrite/in_place.hpp"

namespace persist::rewrite {

struct CompactLogPlan {
  // See keys_since.
  Version keep_from = std::numeric_limits<Version>::max();
  Gain gain;
};

// The snapshot stays as it is. Of each key the newest record stays, unless the snapshot's is newer,
// and unless it deletes what the snapshot does not have. `source` was loaded without
// history. One rename: killed at any point, the log is the old one or the new one.
[[nodiscard]] Result<RewriteReport> compact_log(SoleWriter& sole, const OpenFiles& open,
                                                Source source, const CompactLogPlan& plan,
                                                const RewriteOptions& options);

}  // namespace persist::rewrite
