// What a perfect reader brings back from a damaged log.
#pragma once

#include <map>
#include <optional>
#include <string>
#include <vector>

#include "recovery/damage_kinds.hpp"

namespace persist::recovery {

using Value = std::optional<std::string>;
struct Written {
  std::uint64_t version = 0;
  Value value;
};
// By key: of its records the one with the greatest version, of equal ones the last.
using Rows = std::map<std::string, Written>;

void apply(Rows& rows, const std::string& key, std::uint64_t version, const Value& value);

// As the fixtures state it: `expected` are the rows of commits of which no byte was hit, `also`
// those rows and every record that survived of the others. Each key may have the value of either,
// or the one that it has when commits count that are whole and only lie elsewhere, or in front of
// bytes that could be theirs.
struct Truth {
  std::vector<bool> whole_commits;
  Rows expected;
  Rows with_moved;
  Rows also;
  std::vector<SoundRecord> altered;  // as they now read, where the format cannot tell
};

[[nodiscard]] Truth truth_of(const SoundLog& log, const DamagedLog& damaged);

}  // namespace persist::recovery
