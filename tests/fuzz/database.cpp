#include "fuzz/database.hpp"

#include <algorithm>
#include <persist/fingerprint.hpp>
#include <persist/formats/snapshot_entry.hpp>

namespace persist::fuzz {

std::string rows_of(const State& state) {
  std::string rows;
  must(state.for_each([&rows](const KeyState& key) {
    formats::append_snapshot_entry(rows, key.key, key.versions);
    return true;
  }),
       "a state can be visited");
  return rows;
}

std::string fingerprint_of(const State& state) {
  Fingerprint fingerprint;
  must(state.for_each([&fingerprint](const KeyState& key) {
    fingerprint.add(key.key, *key.versions.back().value);
    return true;
  }),
       "a state can be visited");
  return fingerprint.to_string();
}

bool has_legacy_part(const State& state) {
  const auto& log = state.summary().log;
  return log && std::ranges::count(log->formats, LogFormat::legacy) > 0;
}

}  // namespace persist::fuzz
