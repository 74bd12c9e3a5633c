#include <persist/state.hpp>

#include "unit/store/test_database.hpp"

using namespace persist;
using namespace persist::test;

namespace {

constexpr Version clock_start = 1'780'000'000'000'000'000;

// Commits of one database, the model of all of them, and where a snapshot was taken.
struct History {
  std::vector<OwnedCommit> commits;
  Model model;
  std::size_t cut = 0;  // commits before it are in the snapshot

  [[nodiscard]] Version version_at_cut() const {
    return cut == 0 ? 0 : commits[cut - 1][0].version;
  }
  [[nodiscard]] std::vector<OwnedCommit> tail() const {
    return {commits.begin() + static_cast<std::ptrdiff_t>(cut), commits.end()};
  }
  [[nodiscard]] Model at_cut() const {
    Model early;
    for (std::size_t i = 0; i < cut; ++i) {
      for (const OwnedRecord& record : commits[i]) early.add(record);
    }
    return early;
  }
};

History random_history(std::mt19937& random, LogFormat format, Version first, Version step) {
  const auto make_key = format == LogFormat::legacy ? random_plain_key : random_key;
  History history;
  const std::size_t count = 20 + random() % 60;
  for (std::size_t i = 0; i < count; ++i) {
    std::map<std::string, OwnedRecord> records;
    for (std::size_t n = 1 + random() % 5; n > 0; --n) {
      const OwnedRecord record = random_record(random, make_key(random), first + i * step);
      records[record.key] = record;
    }
    history.commits.emplace_back();
    for (const auto& [key, record] : records) {
      history.commits.back().push_back(record);
      history.model.add(record);
    }
  }
  history.cut = random() % (count + 1);
  return history;
}

StateOptions options_at(std::optional<Version> at, bool history, std::uint64_t memory_bytes) {
  StateOptions options;
  options.at = at;
  options.history = history;
  options.max_memory_bytes = memory_bytes;
  return options;
}

// Compares the state with the model at every commit from `from` on, and now.
void check_against_model(const TestDatabase& database, const History& history, std::size_t from) {
  for (const std::uint64_t memory_bytes : {1U, 100'000'000U}) {
    CHECK(keys_of(database.load(options_at({}, false, memory_bytes))) == history.model.newest());
    for (std::size_t i = from; i < history.commits.size(); i += 7) {
      const Version at = history.commits[i][0].version;
      CHECK(keys_of(database.load(options_at(at, false, memory_bytes))) ==
            history.model.newest(at));
    }
  }
}

void check_gone(const TestDatabase& database, Version at, Version visible_from) {
  const auto state = database.try_load(options_at(at, false, 1U << 20U));
  REQUIRE_FALSE(state);
  CHECK(state.error().code == ErrorCode::unsupported);
  CHECK(state.error().to_string().find(std::to_string(visible_from)) != std::string::npos);
}

}  // namespace

TEST_CASE("a log without a snapshot tells the state at every version, and all history") {
  const auto seed = GENERATE(range(1U, 6U));
  std::mt19937 random(seed);
  const auto format = GENERATE(LogFormat::legacy, LogFormat::framed_1, LogFormat::framed_2);
  const History history = random_history(random, format, 1, 1);
  TestDatabase database;
  database.write_log(format, history.commits);
  check_against_model(database, history, 0);
  CHECK(keys_of(database.load(options_at({}, true, 1))) == history.model.history());
}

TEST_CASE("a snapshot with history and a log tell the state at every version, and all history") {
  const auto seed = GENERATE(range(1U, 6U));
  std::mt19937 random(seed);
  const History history = random_history(random, LogFormat::legacy, clock_start, 1'000'000);
  TestDatabase database;
  database.write_snapshot({}, history.at_cut().history());
  database.write_log(LogFormat::legacy, history.tail());
  check_against_model(database, history, 0);
  CHECK(keys_of(database.load(options_at({}, true, 1))) == history.model.history());
}

TEST_CASE("a headed snapshot and a log tell the state from the covered version on") {
  const auto seed = GENERATE(range(1U, 6U));
  std::mt19937 random(seed);
  const History history = random_history(random, LogFormat::framed_2, 1, 1);
  TestDatabase database;
  const Version covered = history.version_at_cut();
  database.write_snapshot(covered, history.at_cut().newest());
  database.write_log(LogFormat::framed_2, history.tail());
  check_against_model(database, history, history.cut);
  if (covered > 1) check_gone(database, covered - 1, covered);
}

TEST_CASE("a log that still holds all that a snapshot covers tells the past and all history") {
  const std::optional<Version> covered = GENERATE(std::optional<Version>(40), std::nullopt);
  std::mt19937 random(11);
  History history = random_history(random, LogFormat::framed_2, 1, 1);
  while (history.commits.size() < 50) history = random_history(random, LogFormat::framed_2, 1, 1);
  history.cut = 40;
  TestDatabase database;
  database.write_snapshot(covered, history.at_cut().newest());
  database.write_log(covered ? LogFormat::framed_2 : LogFormat::framed_1, history.commits);
  check_against_model(database, history, 0);
  CHECK(keys_of(database.load(options_at({}, true, 1))) == history.model.history());
}

TEST_CASE("history leaves out what a headed snapshot covers when the log has only a part of it") {
  TestDatabase database;
  database.write_snapshot(10, {{"a", {{4, "four"}}}});
  database.write_log(LogFormat::framed_2,
                     {{{"a", 3, "three"}, {"deleted at 10", 3, "three"}}, {{"a", 12, "twelve"}}});
  const Model::Keys expected{{"a", {{4, "four"}, {12, "twelve"}}}};
  CHECK(keys_of(database.load(options_at({}, true, 1))) == expected);
}

TEST_CASE("before the newest entry of a snapshot without header or history the past is gone") {
  TestDatabase database;
  database.write_snapshot({}, {{"a", {{4, "four"}}}, {"b", {{7, "seven"}}}});
  check_gone(database, 6, 7);
  CHECK(keys_of(database.load(options_at(7, false, 1))).size() == 2);
}

TEST_CASE("between a snapshot without a header and its log lie deletes that nobody can place") {
  TestDatabase database;
  database.write_snapshot({}, {{"a", {{4, "four"}}}, {"b", {{7, "seven"}}}});
  database.write_log(LogFormat::framed_1, {{{"c", 12, "twelve"}}});
  check_gone(database, 8, 11);
  CHECK(keys_of(database.load(options_at(11, false, 1))).size() == 2);
  CHECK(keys_of(database.load(options_at(12, false, 1))).size() == 3);
}

TEST_CASE("a counter that continues an older clock's versions is still a counter") {
  TestDatabase database;
  Model::Keys keys;
  for (Version i = 0; i < 10; ++i) keys[std::to_string(i)] = {{clock_start + i, "value"}};
  database.write_snapshot({}, keys);
  check_gone(database, clock_start + 5, clock_start + 9);
}

TEST_CASE("a snapshot of an old clock in which every key was written once still tells its past") {
  TestDatabase database;
  Model::Keys keys;
  for (Version i = 0; i < 10; ++i) keys[std::to_string(i)] = {{clock_start + i * 5'000, "value"}};
  database.write_snapshot({}, keys);
  CHECK(keys_of(database.load(options_at(clock_start + 25'000, false, 1))).size() == 6);
}
