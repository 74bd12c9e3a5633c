#include <stdexcept>

#include "support/temporary_directory.hpp"
#include "unit/engine/open_database.hpp"

using namespace persist;
using namespace persist::test;

namespace {

struct Fixture {
  TemporaryDirectory directory;
  Database database = must(Database::open(directory.path(), {}));
};

using Keys = std::vector<std::string>;

}  // namespace

TEST_CASE_METHOD(Fixture, "a transaction reads its own writes before others do") {
  Transaction writer = must(database.begin());
  must(writer.set("a", "1"));
  CHECK(must(writer.get("a")) == "1");
  CHECK(get(database, "a") == std::nullopt);
  must(writer.commit());
  CHECK(get(database, "a") == "1");
}

TEST_CASE_METHOD(Fixture, "a cancelled transaction leaves nothing") {
  Transaction writer = must(database.begin());
  must(writer.set("a", "1"));
  must(writer.cancel());
  CHECK(get(database, "a") == std::nullopt);
  CHECK(code_of(writer.commit()) == ErrorCode::closed);
}

TEST_CASE_METHOD(Fixture, "a transaction sees the moment it began at") {
  set(database, "a", "1");
  Transaction reader = must(database.begin_read());
  set(database, "a", "2");
  set(database, "b", "3");
  del(database, "a");
  CHECK(must(reader.get("a")) == "1");
  CHECK(must(reader.get("b")) == std::nullopt);
  CHECK(must(reader.keys({})) == Keys{"a"});
}

TEST_CASE("the first committer of a key wins, whatever the log and whether the key was there") {
  const TemporaryDirectory directory;
  const Options options = GENERATE(Options{}, synchronous(FsyncMode::never),
                                   synchronous(FsyncMode::every_append), asynchronous());
  Database database = must(Database::open(directory.path(), options));
  if (GENERATE(true, false)) set(database, "a", "0");
  Transaction first = must(database.begin());
  Transaction second = must(database.begin());
  must(first.set("a", "1"));
  must(second.set("a", "2"));
  must(first.commit());
  CHECK(code_of(second.commit()) == ErrorCode::conflict);
  CHECK(get(database, "a") == "1");
}

TEST_CASE_METHOD(Fixture, "a key deleted by another since conflicts as well") {
  set(database, "a", "1");
  Transaction writer = must(database.begin());
  must(writer.set("a", "2"));
  del(database, "a");
  CHECK(code_of(writer.commit()) == ErrorCode::conflict);
}

TEST_CASE_METHOD(Fixture, "writers of different keys do not conflict") {
  Transaction first = must(database.begin());
  Transaction second = must(database.begin());
  must(first.set("a", "1"));
  must(second.set("b", "2"));
  const Version version = must(first.commit());
  CHECK(must(second.commit()) == version + 1);
}

TEST_CASE_METHOD(Fixture, "snapshot isolation lets two writers skew, serializable does not") {
  const auto isolation = GENERATE(Isolation::snapshot, Isolation::serializable);
  set(database, "a", "0");
  set(database, "b", "0");
  Transaction first = must(database.begin(isolation));
  Transaction second = must(database.begin(isolation));
  must(first.get("b"));
  must(second.get("a"));
  must(first.set("a", "1"));
  must(second.set("b", "1"));
  must(first.commit());
  CHECK(second.commit().has_value() == (isolation == Isolation::snapshot));
}

TEST_CASE_METHOD(Fixture, "serializable notices a key that appears in a scanned range") {
  Transaction counter = must(database.begin(Isolation::serializable));
  must(counter.count({.range = {"k", "l"}}));
  must(counter.set("count", "0"));
  set(database, "k1", "");
  CHECK(code_of(counter.commit()) == ErrorCode::conflict);
}

TEST_CASE_METHOD(Fixture, "serializable notices nothing beyond where a limited scan stopped") {
  for (const char* key : {"k1", "k2", "k3"}) set(database, key, "");
  const bool ascending = GENERATE(true, false);
  Transaction scanner = must(database.begin(Isolation::serializable));
  must(scanner.scan({.range = {"k", "l"},
                     .direction = ascending ? Direction::ascending : Direction::descending,
                     .limit = 2}));
  must(scanner.set("x", ""));
  set(database, ascending ? "k21" : "k11", "");
  CHECK(scanner.commit().has_value());
}

TEST_CASE_METHOD(Fixture, "serializable notices a change at the last row of a limited scan") {
  for (const char* key : {"k1", "k2", "k3"}) set(database, key, "");
  Transaction scanner = must(database.begin(Isolation::serializable));
  must(scanner.scan({.range = {"k", "l"}, .limit = 2}));
  must(scanner.set("x", ""));
  set(database, "k2", "changed");
  CHECK(code_of(scanner.commit()) == ErrorCode::conflict);
}

TEST_CASE_METHOD(Fixture, "serializable remembers what a visitor was shown that then threw") {
  for (const char* key : {"k1", "k2", "k3"}) set(database, key, "");
  Transaction visiting = must(database.begin(Isolation::serializable));
  const auto stop_at_k2 = [](ByteView key, ByteView) -> bool {
    if (key == "k2") throw std::runtime_error("found it");
    return true;
  };
  CHECK_THROWS_AS(visiting.visit({}, stop_at_k2), std::runtime_error);
  must(visiting.set("x", ""));
  const bool was_shown = GENERATE(true, false);
  set(database, was_shown ? "k1" : "k3", "changed");
  CHECK(visiting.commit().has_value() == !was_shown);
}

TEST_CASE_METHOD(Fixture, "a visit without a visitor is refused") {
  const Transaction transaction = must(database.begin_read());
  CHECK(code_of(transaction.visit({}, {})) == ErrorCode::invalid_argument);
}

TEST_CASE_METHOD(Fixture, "a serializable reader that writes nothing never fails") {
  set(database, "a", "1");
  Transaction reader = must(database.begin(Isolation::serializable));
  must(reader.get("a"));
  set(database, "a", "2");
  CHECK(reader.commit().has_value());
}

TEST_CASE_METHOD(Fixture, "put takes only a key without a value") {
  set(database, "a", "1");
  Transaction writer = must(database.begin());
  CHECK(code_of(writer.put("a", "2")) == ErrorCode::exists);
  must(writer.put("b", "2"));
  CHECK(code_of(writer.put("b", "3")) == ErrorCode::exists);
  must(writer.del("a"));
  must(writer.put("a", "4"));
  must(writer.commit());
  CHECK(rows_of(database) == std::vector<Row>{{"a", "4"}, {"b", "2"}});
}

TEST_CASE_METHOD(Fixture, "putc and delc act only on the expected value") {
  set(database, "a", "1");
  Transaction writer = must(database.begin());
  CHECK(code_of(writer.putc("a", "2", "0")) == ErrorCode::mismatch);
  CHECK(code_of(writer.putc("a", "2", std::nullopt)) == ErrorCode::mismatch);
  CHECK(code_of(writer.delc("a", "0")) == ErrorCode::mismatch);
  must(writer.putc("a", "2", "1"));
  must(writer.putc("b", "3", std::nullopt));
  must(writer.delc("a", "2"));
  must(writer.delc("c", std::nullopt));
  must(writer.commit());
  CHECK(rows_of(database) == std::vector<Row>{{"b", "3"}});
}

TEST_CASE_METHOD(Fixture, "a read transaction refuses every write") {
  Transaction reader = must(database.begin_read());
  CHECK(code_of(reader.set("a", "1")) == ErrorCode::read_only);
  CHECK(code_of(reader.put("a", "1")) == ErrorCode::read_only);
  CHECK(code_of(reader.putc("a", "1", std::nullopt)) == ErrorCode::read_only);
  CHECK(code_of(reader.del("a")) == ErrorCode::read_only);
  CHECK(code_of(reader.delc("a", std::nullopt)) == ErrorCode::read_only);
}

TEST_CASE_METHOD(Fixture, "a scan merges stored and written keys in both directions") {
  for (const char* key : {"a", "c", "e", "g"}) set(database, key, "stored");
  Transaction writer = must(database.begin());
  must(writer.set("b", "written"));
  must(writer.set("c", "written"));
  must(writer.del("e"));
  must(writer.set("h", "written"));
  CHECK(
      must(writer.scan({})) ==
      std::vector<Row>{
          {"a", "stored"}, {"b", "written"}, {"c", "written"}, {"g", "stored"}, {"h", "written"}});
  CHECK(must(writer.keys({.direction = Direction::descending})) == Keys{"h", "g", "c", "b", "a"});
}

TEST_CASE_METHOD(Fixture, "skip and limit count rows from the end that a scan begins at") {
  for (const char* key : {"a", "b", "c", "d", "e"}) set(database, key, "");
  Transaction reader = must(database.begin_read());
  CHECK(must(reader.keys({.skip = 1, .limit = 2})) == Keys{"b", "c"});
  CHECK(must(reader.keys({.direction = Direction::descending, .skip = 1, .limit = 2})) ==
        Keys{"d", "c"});
  CHECK(must(reader.keys({.skip = 9})) == Keys{});
  CHECK(must(reader.keys({.limit = 0})) == Keys{});
  CHECK(must(reader.count({.skip = 2})) == 3);
}

TEST_CASE_METHOD(Fixture, "a range includes its beginning and excludes its end") {
  for (const char* key : {"a", "b", "c", "d"}) set(database, key, "");
  Transaction reader = must(database.begin());
  must(reader.set("bb", ""));
  const auto direction = GENERATE(Direction::ascending, Direction::descending);
  Keys expected{"b", "bb", "c"};
  if (direction == Direction::descending) std::ranges::reverse(expected);
  CHECK(must(reader.keys({.range = {"b", "d"}, .direction = direction})) == expected);
  CHECK(must(reader.keys({.range = {"d", "b"}, .direction = direction})) == Keys{});
  CHECK(must(reader.keys({.range = {"x", std::nullopt}, .direction = direction})) == Keys{});
}

TEST_CASE_METHOD(Fixture, "keys and values may be empty and hold any byte") {
  const std::string bytes("\x00\xFF\x00", 3);
  set(database, "", "");
  set(database, bytes, bytes);
  CHECK(rows_of(database) == std::vector<Row>{{"", ""}, {bytes, bytes}});
}

TEST_CASE_METHOD(Fixture, "a key of more than 4 GiB is refused for its length, before it is read") {
  Transaction writer = must(database.begin());
  const ByteView key("not as long as that", 1ULL << 32U);
  const auto refused = GENERATE(true, false) ? writer.set(key, "1") : writer.del(key);
  CHECK(code_of(refused) == ErrorCode::limit);
  CHECK_THAT(refused.error().message, Catch::Contains("longer than 4 GiB"));
}

TEST_CASE_METHOD(Fixture, "savepoints nest, roll back, and are released") {
  set(database, "a", "0");
  Transaction writer = must(database.begin());
  must(writer.set("a", "1"));
  must(writer.set_savepoint());
  must(writer.set("a", "2"));
  must(writer.set("b", "2"));
  must(writer.set_savepoint());
  must(writer.del("a"));
  must(writer.rollback_to_savepoint());
  CHECK(must(writer.scan({})) == std::vector<Row>{{"a", "2"}, {"b", "2"}});
  must(writer.set_savepoint());
  must(writer.set("c", "3"));
  must(writer.release_savepoint());
  must(writer.rollback_to_savepoint());
  CHECK(must(writer.scan({})) == std::vector<Row>{{"a", "1"}});
  CHECK(code_of(writer.rollback_to_savepoint()) == ErrorCode::not_found);
  CHECK(code_of(writer.release_savepoint()) == ErrorCode::not_found);
}

TEST_CASE_METHOD(Fixture, "a commit without writes takes no version") {
  const Version before = set(database, "a", "1");
  CHECK(must(must(database.begin()).commit()) == before);
  CHECK(set(database, "a", "2") == before + 1);
}

TEST_CASE_METHOD(Fixture, "views stay good while the transaction is open") {
  set(database, "a", std::string(1000, 'x'));
  Transaction reader = must(database.begin_read());
  const auto view = must(reader.find("a"));
  for (int i = 0; i < 100; ++i) set(database, "a", "new");
  del(database, "a");
  CHECK(view == std::string(1000, 'x'));
}

TEST_CASE_METHOD(Fixture, "every call on a closed transaction says that it is closed") {
  Transaction transaction = must(database.begin());
  must(transaction.commit());
  CHECK(code_of(transaction.get("a")) == ErrorCode::closed);
  CHECK(code_of(transaction.scan({})) == ErrorCode::closed);
  CHECK(code_of(transaction.set("a", "")) == ErrorCode::closed);
  CHECK(code_of(transaction.set_savepoint()) == ErrorCode::closed);
  CHECK(code_of(transaction.commit()) == ErrorCode::closed);
  CHECK(code_of(transaction.cancel()) == ErrorCode::closed);
}
