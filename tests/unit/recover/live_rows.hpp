// What a database holds, for tests of what a repair made of it.
#pragma once

#include <persist/database_files.hpp>
#include <persist/state.hpp>

#include "support/catch.hpp"
#include "support/real_files.hpp"

namespace persist::test {

inline Rows rows_of(const DatabaseFiles& database) {
  const auto state = State::load(posix_file_system(), database, {});
  REQUIRE(state);
  CHECK_FALSE(state->summary().was_damaged);
  Rows rows;
  REQUIRE(state->for_each([&](const KeyState& key) {
    rows.emplace(key.key, *key.versions.back().value);
    return true;
  }));
  return rows;
}

}  // namespace persist::test
