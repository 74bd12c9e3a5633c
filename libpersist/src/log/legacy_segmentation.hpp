// Divides a region into the records that are taken for sound and the damage between them, and tells
// of each damage what it did to the commits beside it.
#pragma once

#include "log/legacy_damage.hpp"
#include "log/legacy_region.hpp"

namespace persist::log {

struct Segment {
  std::size_t at = 0;
  std::size_t end = 0;
  bool is_damage = false;
  RecordShape shape;     // of a record
  GapFindings findings;  // of damage
};

// `reading` is that of `bytes`; `front` is the record in front of them. Nothing from `limit` on is
// decided.
[[nodiscard]] std::vector<Segment> segment_region(ByteView bytes,
                                                  const std::vector<RegionRecord>& reading,
                                                  const Neighbour& front, std::size_t limit,
                                                  const LegacyModel& model,
                                                  const VersionRanges& expected);

}  // namespace persist::log
