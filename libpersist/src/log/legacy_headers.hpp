// The remains of a damaged record's head: what damage that begins at a record boundary begins with.
#pragma once

#include <optional>
#include <vector>

#include "log/legacy_model.hpp"
#include "log/legacy_versions.hpp"

namespace persist::log {

// One way to see a damaged record at an offset: its first `length` bytes are a head, of which these
// parts can be told.
struct DamagedHeader {
  std::size_t length = 0;
  float evidence = 0.0F;  // of all but the version
  std::optional<Version> version;
  bool has_altered_version = false;  // one byte in its place is wrong
  bool has_altered_key_length = false;
  std::optional<std::uint64_t> value_length;
  std::optional<ByteView> key;  // whole
};
[[nodiscard]] std::vector<DamagedHeader> damaged_headers(ByteView bytes, const LegacyModel& model,
                                                         const VersionRanges& ranges);

// Of a head that was cut: element i is the evidence of its first i + 1 bytes.
[[nodiscard]] std::vector<float> cut_head_evidence(ByteView bytes, const LegacyModel& model,
                                                   const VersionRanges& ranges);

}  // namespace persist::log
