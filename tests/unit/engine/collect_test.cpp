// Old versions go when nobody can read them any more.
#include "support/temporary_directory.hpp"
#include "unit/engine/open_database.hpp"

using namespace persist;
using namespace persist::test;

namespace {

struct Fixture {
  TemporaryDirectory directory;
  Database database = must(Database::open(directory.path(), {}));

  // The last commit leaves its predecessor to the next one, or to a reader that comes by.
  Stats settled() {
    for (int i = 0; i < 2; ++i) {
      set(database, "settle", "");
      must(must(database.begin_read()).cancel());
    }
    return database.stats();
  }
};

}  // namespace

TEST_CASE_METHOD(Fixture, "an updated key keeps one version when nobody reads older ones") {
  for (int i = 0; i < 100; ++i) set(database, "a", std::to_string(i));
  const Stats stats = settled();
  CHECK(stats.keys == 2);
  CHECK(stats.versions == 2);
}

TEST_CASE_METHOD(Fixture, "deleted keys go, and their memory with them") {
  for (int i = 0; i < 100; ++i) set(database, std::to_string(i), "value");
  for (int i = 0; i < 100; ++i) del(database, std::to_string(i));
  const Stats stats = settled();
  CHECK(stats.keys == 1);
  CHECK(stats.data_bytes == std::string("settle").size());
}

TEST_CASE_METHOD(Fixture, "what a reader sees stays, and goes once it is gone") {
  set(database, "a", "old");
  set(database, "b", "old");
  {
    Transaction reader = must(database.begin_read());
    for (int i = 0; i < 100; ++i) set(database, "a", std::to_string(i));
    del(database, "b");
    CHECK(settled().versions > 100);
    CHECK(must(reader.scan({})) == std::vector<Row>{{"a", "old"}, {"b", "old"}});
  }
  const Stats stats = settled();
  CHECK(stats.keys == 2);
  CHECK(stats.versions == 2);
}

TEST_CASE_METHOD(Fixture, "what a writer alone needed goes with it, however it ends") {
  set(database, "a", "old");
  Transaction writer = must(database.begin());
  must(writer.set("b", "1"));
  for (int i = 0; i < 100; ++i) set(database, "a", std::to_string(i));
  REQUIRE(database.stats().versions > 100);
  const auto ends = GENERATE(as<std::string>(), "cancelled", "destroyed", "committed", "lost");
  if (ends == "cancelled") must(writer.cancel());
  if (ends == "destroyed") [[maybe_unused]]
    const Transaction gone = std::move(writer);
  if (ends == "committed") must(writer.commit());
  if (ends == "lost") {
    must(writer.set("a", "late"));
    CHECK(code_of(writer.commit()) == ErrorCode::conflict);
  }
  CHECK(database.stats().versions <= 2);
}

TEST_CASE_METHOD(Fixture, "a delete stays as long as a reader needs what it hides") {
  set(database, "a", "1");
  Transaction before = must(database.begin_read());
  del(database, "a");
  Transaction after = must(database.begin_read());
  must(before.cancel());
  settled();
  CHECK(must(after.get("a")) == std::nullopt);
}

TEST_CASE_METHOD(Fixture, "a deleted key can be set again, before and after it is collected") {
  set(database, "a", "1");
  del(database, "a");
  set(database, "a", "2");
  CHECK(get(database, "a") == "2");
  del(database, "a");
  settled();
  set(database, "a", "3");
  CHECK(get(database, "a") == "3");
  CHECK(settled().keys == 2);
}

TEST_CASE("history is kept as far back as asked for, and no further") {
  const TemporaryDirectory directory;
  Options options;
  options.history_versions = 10;
  Database database = must(Database::open(directory.path(), options));
  for (Version version = 1; version <= 100; ++version) {
    REQUIRE(set(database, "a", std::to_string(version)) == version);
  }
  CHECK(must(must(database.begin_read_at(90)).get("a")) == "90");
  CHECK(must(must(database.begin_read_at(100)).get("a")) == "100");
  const auto too_old = database.begin_read_at(89);
  CHECK(code_of(too_old) == ErrorCode::not_found);
  CHECK(database.stats().oldest_readable_version == 90);
  CHECK(database.stats().versions <= 13);
}

TEST_CASE("a past that is being read stays readable while the window moves on") {
  const TemporaryDirectory directory;
  Options options;
  options.history_versions = 5;
  Database database = must(Database::open(directory.path(), options));
  for (int i = 1; i <= 10; ++i) set(database, "a", std::to_string(i));
  const Transaction past = must(database.begin_read_at(7));
  for (int i = 11; i <= 100; ++i) set(database, "a", std::to_string(i));
  CHECK(must(past.get("a")) == "7");
}
