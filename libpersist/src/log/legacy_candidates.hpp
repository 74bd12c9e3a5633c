// Every offset of a region where a record can start.
#pragma once

#include <vector>

#include "log/legacy_model.hpp"
#include "log/legacy_versions.hpp"

namespace persist::log {

struct Candidate {
  std::size_t at = 0;
  RecordShape shape;
  bool is_expected = true;   // its version is one of those expected
  bool is_headless = false;  // starts at its version: length and key in front of it are damaged

  [[nodiscard]] std::size_t end() const noexcept {
    return at + static_cast<std::size_t>(shape.length);
  }
  [[nodiscard]] ByteView key(ByteView region) const noexcept {
    return region.substr(at + shape.key_at, static_cast<std::size_t>(shape.key_length));
  }
};

// Records whose length or key is damaged while the rest is whole, by ascending offset. One that has
// lost the lower bytes of a clock's version as well has version 0: it cannot be told.
[[nodiscard]] std::vector<Candidate> find_headless(ByteView bytes, const VersionRanges& expected);

// Every record that lies whole in `bytes`, whatever its version, by ascending offset.
[[nodiscard]] std::vector<Candidate> find_candidates(ByteView bytes);

// Of those, the ones that end up to `end` and have an expected version; and those of the chain that
// starts at `chain_at`, whatever their version (SIZE_MAX: no such chain).
[[nodiscard]] std::vector<Candidate> expected_among(const std::vector<Candidate>& candidates,
                                                    const VersionRanges& expected, std::size_t end,
                                                    std::size_t chain_at);

}  // namespace persist::log
