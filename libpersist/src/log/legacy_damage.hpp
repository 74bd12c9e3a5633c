// What can be told of the bytes between two records that are none: whose remains they are.
#pragma once

#include <string>
#include <vector>

#include "log/legacy_model.hpp"
#include "log/legacy_versions.hpp"

namespace persist::log {

// The last record in front, or the first one behind.
struct Neighbour {
  Version version = 0;  // 0: there is none
  ByteView key;
};

struct GapFindings {
  bool begins_like_a_record = false;
  Version version = 0;  // of the damaged record it begins with, 0 when that cannot be told
  std::vector<std::string> keys;  // of records in it, as far as they can be read
  // Of records in it that have lost their length or key.
  std::vector<Version> hidden_versions;
  // The commit in front, or behind, has lost a record here.
  bool front_is_partial = false;
  bool back_is_partial = false;
  // The damaged record belongs to another commit than the one in front: that one is whole.
  bool front_is_whole = false;
};

// Whether damage shows a record of `version`: its head, or enough bytes of a clock's version.
// Copies of the heads of `known` records are none.
[[nodiscard]] bool shows_version(ByteView gap, Version version, const std::vector<ByteView>& known,
                                 const LegacyModel& model);

[[nodiscard]] GapFindings examine_gap(ByteView gap, const Neighbour& front, const Neighbour& back,
                                      const LegacyModel& model, const VersionRanges& expected);

}  // namespace persist::log
