#include "rewrite/proof.hpp"

#include "small_database.hpp"
#include "support/string_file.hpp"

namespace persist::test {
namespace {

using rewrite::Expectation;

const std::vector<TestCommit> rows{{3, {{"a", "one"}}}, {9, {{"b", "two"}}}, {4, {{"c", "three"}}}};

Expectation expectation() {
  rewrite::DigestBuilder digest;
  for (const TestCommit& row : rows) {
    const VersionedValue value{row.version, *row.changes.front().value};
    digest.add(row.changes.front().key, std::span(&value, 1));
  }
  return {digest.finish(), 9, "absent", true, false, ReleaseLine::v1_1};
}

// A snapshot beside a log without a commit is read in order, one beside a log with one is loaded as
// a state: both have to say the same.
std::optional<ErrorCode> verdict(const std::string& snapshot_bytes, bool log_has_a_commit) {
  std::vector<TestCommit> commits;
  if (log_has_a_commit) commits.push_back({9, {{"absent", std::nullopt}}});
  StringFile snapshot(snapshot_bytes);
  StringFile log(log_of(LogFormat::framed_2, commits));
  const auto proven = prove(posix_file_system(), {&log, &snapshot, {}}, expectation(), {});
  return proven ? std::nullopt : std::optional(proven.error().code);
}

TEST_CASE("files that mean what they should are proven") {
  const bool log_has_a_commit = GENERATE(false, true);
  CHECK(verdict(snapshot_of(9, rows), log_has_a_commit) == std::nullopt);
}

TEST_CASE("files that mean anything else are no proof") {
  const bool log_has_a_commit = GENERATE(false, true);
  auto other = rows;
  SECTION("another value") {
    other[1].changes[0].value = "tvo";
  }
  SECTION("another version") {
    other[0].version = 2;
  }
  SECTION("a key less") {
    other.pop_back();
  }
  SECTION("a key more") {
    other.push_back({5, {{"d", "four"}}});
  }
  CHECK(verdict(snapshot_of(9, other), log_has_a_commit) == ErrorCode::mismatch);
}

TEST_CASE("a snapshot that covers less than the clock is no proof") {
  CHECK(verdict(snapshot_of(8, {{3, {{"a", "one"}}}}), false) == ErrorCode::mismatch);
}

TEST_CASE("a damaged snapshot is no proof, wherever a byte is wrong") {
  const bool log_has_a_commit = GENERATE(false, true);
  const std::string sound = snapshot_of(9, rows);
  for (std::size_t i = 0; i < sound.size(); ++i) {
    std::string damaged = sound;
    damaged[i] = static_cast<char>(damaged[i] ^ 0x40);
    CHECK(verdict(damaged, log_has_a_commit).has_value());
    CHECK(verdict(sound.substr(0, i), log_has_a_commit).has_value());
  }
}

TEST_CASE("a log that ends in a torn write is no proof") {
  StringFile snapshot(snapshot_of(9, rows));
  StringFile log(log_of(LogFormat::framed_2, {}) + "torn");
  const auto proven = prove(posix_file_system(), {&log, &snapshot, {}}, expectation(), {});
  REQUIRE_FALSE(proven);
  CHECK(proven.error().code == ErrorCode::mismatch);
}

}  // namespace
}  // namespace persist::test
