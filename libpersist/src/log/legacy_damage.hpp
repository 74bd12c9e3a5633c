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

// A record that has lost its length or key: what is left of it begins with the version.
struct HiddenRecord {
  Version version = 0;
  std::uint64_t length = 0;
  std::uint64_t hash = 0;  // of its `length` bytes
};

struct GapFindings {
  bool begins_like_a_record = false;
  Version version = 0;  // of the damaged record it begins with, 0 when that cannot be told
  std::vector<std::string> keys;  // of records in it, as far as they can be read
  std::vector<HiddenRecord> hidden;
  // The commit in front, or behind, has lost a record here.
  bool front_is_partial = false;
  bool back_is_partial = false;
  // The damaged record belongs to another commit than the one in front: that one is whole.
  bool front_is_whole = false;
  // It repeats the bytes in front of it, and shows nothing that is not there.
  bool is_copy = false;
};

// Whether damage shows a record of `version`: its head, or enough bytes of a clock's version.
// Copies of the heads of `known` records, or of all behind their keys, are none.
[[nodiscard]] bool shows_version(ByteView gap, Version version, const std::vector<ByteView>& known,
                                 const LegacyModel& model);

[[nodiscard]] HiddenRecord hidden_record(ByteView left, Version version);
// Whether that is a copy of one of the records behind its key. A value tells, a delete does not.
[[nodiscard]] bool is_copied(const HiddenRecord& hidden, const std::vector<ByteView>& records);

[[nodiscard]] GapFindings examine_gap(ByteView gap, const Neighbour& front, const Neighbour& back,
                                      const LegacyModel& model, const VersionRanges& expected);

}  // namespace persist::log
