#include <algorithm>

#include "support/temporary_directory.hpp"
#include "unit/c/c_interface.hpp"

using namespace persist::test;

namespace {

// More rows than several of a cursor's batches hold, some of them large.
Rows write_rows(const Owned<persist_database>& database, int count) {
  Rows rows;
  const auto writer = begin(database);
  for (int i = 0; i < count; ++i) {
    std::string key = std::to_string(100'000 + i);
    std::string value = i % 100 == 7 ? std::string(100'000, 'x') : "value " + key;
    REQUIRE(set(writer, key, value) == PERSIST_OK);
    rows.emplace_back(std::move(key), std::move(value));
  }
  REQUIRE(commit(writer) == PERSIST_OK);
  return rows;
}

Rows part(const Rows& rows, std::size_t skip, std::size_t limit) {
  const std::size_t first = std::min(skip, rows.size());
  const std::size_t last = limit == 0 ? rows.size() : std::min(first + limit, rows.size());
  return {rows.begin() + static_cast<std::ptrdiff_t>(first),
          rows.begin() + static_cast<std::ptrdiff_t>(last)};
}

}  // namespace

TEST_CASE("a cursor yields every row once, both ways, with any skip and limit") {
  const TemporaryDirectory directory;
  const auto database = open(directory.path());
  Rows rows = write_rows(database, 3000);
  const auto reader = begin(database, PERSIST_TRANSACTION_READ);
  auto options = sized<persist_scan_options>();
  options.descending = GENERATE(0, 1);
  options.skip = GENERATE(0U, 1U, 15U, 16U, 2999U, 3000U, 5000U);
  options.limit = GENERATE(0U, 1U, 16U, 17U, 80U, 81U, 4000U);
  if (options.descending != 0) std::reverse(rows.begin(), rows.end());
  const Rows expected = part(rows, options.skip, options.limit);
  CHECK(rows_of(reader, &options) == expected);
  uint64_t count = 0;
  must([&](auto e) { return persist_transaction_count(reader.get(), &options, &count, e); });
  CHECK(count == expected.size());
}

TEST_CASE("a range holds its start and not its end, in either direction") {
  const TemporaryDirectory directory;
  const auto database = open(directory.path());
  const auto writer = begin(database);
  for (const char* key : {"a", "b", "ba", "c", "d"}) REQUIRE(set(writer, key, key) == PERSIST_OK);
  auto options = sized<persist_scan_options>();
  options.from = "b";
  options.from_size = 1;
  options.to = "d";
  options.to_size = 1;
  CHECK(rows_of(writer, &options) == Rows{{"b", "b"}, {"ba", "ba"}, {"c", "c"}});
  options.descending = 1;
  CHECK(rows_of(writer, &options) == Rows{{"c", "c"}, {"ba", "ba"}, {"b", "b"}});
  options.to = "";
  options.to_size = 0;
  CHECK(rows_of(writer, &options).empty());
}

TEST_CASE("a prefix excludes bounds and may be any bytes") {
  const TemporaryDirectory directory;
  const auto database = open(directory.path());
  const auto writer = begin(database);
  for (const char* key : {"a", "b", "ba", "c", "\xFF", "\xFF\x01"}) {
    REQUIRE(set(writer, key, "") == PERSIST_OK);
  }
  auto options = sized<persist_scan_options>();
  options.prefix = "b";
  options.prefix_size = 1;
  options.keys_only = 1;
  CHECK(rows_of(writer, &options) == Rows{{"b", "(null)"}, {"ba", "(null)"}});
  options.prefix = "\xFF";
  CHECK(rows_of(writer, &options) == Rows{{"\xFF", "(null)"}, {"\xFF\x01", "(null)"}});
  options.from = "a";
  options.from_size = 1;
  uint64_t count = 0;
  CHECK(persist_transaction_count(writer.get(), &options, &count, nullptr) ==
        PERSIST_INVALID_ARGUMENT);
}

TEST_CASE("a cursor sees the transaction's own writes and not those of others") {
  const TemporaryDirectory directory;
  const auto database = open(directory.path());
  write(database, "a", "old");
  write(database, "b", "old");
  const auto writer = begin(database);
  write(database, "c", "later");
  REQUIRE(set(writer, "a", "new") == PERSIST_OK);
  REQUIRE(persist_transaction_del(writer.get(), "b", 1, nullptr) == PERSIST_OK);
  CHECK(rows_of(writer) == Rows{{"a", "new"}});
}

TEST_CASE("a cursor stays at its end, and the empty key and value are no NULL") {
  const TemporaryDirectory directory;
  const auto database = open(directory.path());
  const auto writer = begin(database);
  REQUIRE(set(writer, "", "") == PERSIST_OK);
  const auto cursor = scan(writer, nullptr);
  persist_row row;
  Failure failure;
  REQUIRE(persist_cursor_next(cursor.get(), &row, failure.slot()) == PERSIST_OK);
  CHECK(row.key != nullptr);
  CHECK(row.key_size == 0);
  CHECK(row.value != nullptr);
  CHECK(row.value_size == 0);
  CHECK(persist_cursor_next(cursor.get(), &row, failure.slot()) == PERSIST_END);
  CHECK(failure.get() == nullptr);
  CHECK(row.key == nullptr);
  CHECK(persist_cursor_next(cursor.get(), &row, nullptr) == PERSIST_END);
}
