// How far around a doubtful place one has to look, and which versions may stand there.
#pragma once

#include "log/legacy_candidates.hpp"
#include "log/legacy_doubt.hpp"
#include "log/legacy_state.hpp"

namespace persist::log {

struct LocatedRegion {
  std::uint64_t offset = 0;      // in the file
  std::size_t first = 0;         // pending records from here on lie in it
  std::size_t broken_at = 0;     // relative to offset: where something was noticed
  ByteView bytes;                // valid until the window is used again
  bool ends_log = false;         // the legacy part ends where the bytes do
  bool is_among_copies = false;  // it was located knowing that values here hold records
  bool is_open = false;          // neither its end nor sound records have been found yet
  VersionRanges expected;
  std::vector<Candidate> candidates;  // whatever their version; some end behind `bytes`
};

// Learns what lies in front of it first. From a few records in front of the doubtful place to where
// records follow each other again, or the legacy part ends (`state.end` is moved to where the
// framed part is found to begin). Errors: io.
[[nodiscard]] Result<LocatedRegion> locate_region(LegacyState& state, const Doubt& doubt);

}  // namespace persist::log
