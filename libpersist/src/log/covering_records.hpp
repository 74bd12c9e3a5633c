// Records in a damaged place whose values cover what lies behind them: a frame there is a copy in a
// value, for a database may store log files.
#pragma once

#include <vector>

#include "log/missing_versions.hpp"
#include "log/record_walk.hpp"

namespace persist::log {

class CoveringRecords {
 public:
  // Records of plausible versions are looked for from `offset` on. Window and `versions` outlive
  // it.
  CoveringRecords(Window& window, const MissingVersions& versions, std::uint64_t offset)
      : window_(window), versions_(versions), looked_to_(offset) {}

  // The heads of records in front of `frame` whose values cover it, in the order of the file.
  // Frames are asked about in that order too: each byte is looked at once.
  [[nodiscard]] Result<const std::vector<RecordHead>*> of(const FoundFrame& frame);

 private:
  Window& window_;
  const MissingVersions& versions_;
  std::uint64_t looked_to_;
  std::vector<RecordHead> heads_;
};

}  // namespace persist::log
