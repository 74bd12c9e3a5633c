#include <filesystem>
#include <persist/fingerprint.hpp>
#include <persist/state.hpp>

#include "support/catch.hpp"
#include "support/real_files.hpp"

using namespace persist;
using namespace persist::test;

namespace {

State load(const std::string& directory, const StateOptions& options = {}) {
  auto state = State::load(posix_file_system(), database_files(testdata(directory), {}), options);
  if (!state) FAIL(state.error().to_string());
  return *std::move(state);
}

Rows rows_of(const State& state) {
  Rows rows;
  REQUIRE(state.for_each([&](const KeyState& found) {
    rows.emplace(found.key, *found.versions[0].value);
    return true;
  }));
  return rows;
}

std::string fingerprint_of(const State& state) {
  Fingerprint fingerprint;
  REQUIRE(state.for_each([&](const KeyState& found) {
    fingerprint.add(found.key, *found.versions[0].value);
    return true;
  }));
  return fingerprint.to_string();
}

}  // namespace

TEST_CASE("the state of every sound directory is what the engine that wrote it read back") {
  const std::string writer = GENERATE("engine-0.18", "engine-0.27", "engine-1.0", "engine-1.1",
                                      "surrealdb-3.0.2", "surrealdb-3.2.4");
  for (const std::string& directory : directories_in(writer)) {
    const std::string expected = testdata(directory + "/expected.ndjson");
    if (!std::filesystem::exists(expected)) continue;
    INFO(directory);
    const State state = load(directory);
    CHECK(rows_of(state) == read_rows(expected));
    StateOptions spilling;
    spilling.max_memory_bytes = 1;
    CHECK(fingerprint_of(load(directory, spilling)) == fingerprint_of(state));
  }
}

// Computed by the Python package xxhash over the rows of expected.ndjson.
TEST_CASE("the fingerprint of real databases is the one computed independently") {
  CHECK(fingerprint_of(load("engine-1.1/log")) == "xxh3-128:3ef1fd352ce0780087fabe4193c5e321");
  CHECK(fingerprint_of(load("engine-0.18/log-binary-keys")) ==
        "xxh3-128:aacd62a047c648a46d2ba0a17dd6dcd3");
}

TEST_CASE("what is left of a hit transaction is in no state") {
  std::uint64_t partial = 0;
  for (const std::string line : {"0.18", "0.27"}) {
    for (const std::string& directory : directories_in("damaged/" + line)) {
      INFO(directory);
      const auto file = posix_file_system().open(testdata(directory + "/aol.bin"), OpenMode::read);
      REQUIRE(file);
      GatheringSink whole;
      REQUIRE(read_log(**file, {}, whole));
      partial += whole.partial.size();
      CHECK(rows_of(load(directory)) == whole.rows());
    }
  }
  CHECK(partial > 0);
}
