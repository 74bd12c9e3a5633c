#include <functional>

#include "support/temporary_directory.hpp"
#include "unit/c/c_interface.hpp"

using namespace persist::test;

TEST_CASE("what one handle commits the next one reads after closing") {
  const TemporaryDirectory directory;
  {
    const auto database = open(directory.path());
    CHECK(write(database, "a", "1") == 1);
    CHECK(write(database, std::string_view("\0b", 2), "") == 2);
    must([&](auto e) { return persist_database_close(database.get(), e); });
  }
  const auto database = open(directory.path());
  CHECK(get(database, "a") == OptionalText("1"));
  CHECK(get(database, std::string_view("\0b", 2)) == OptionalText(""));
  CHECK(get(database, "b") == std::nullopt);
}

TEST_CASE("put refuses a key that has a value") {
  const TemporaryDirectory directory;
  const auto database = open(directory.path());
  const auto writer = begin(database);
  CHECK(persist_transaction_put(writer.get(), "k", 1, "1", 1, nullptr) == PERSIST_OK);
  CHECK(persist_transaction_put(writer.get(), "k", 1, "2", 1, nullptr) == PERSIST_EXISTS);
  CHECK(get(writer, "k") == OptionalText("1"));
}

TEST_CASE("a conditional write tells no value from an empty one") {
  const TemporaryDirectory directory;
  const auto database = open(directory.path());
  const auto writer = begin(database);
  const auto putc = [&](const char* value, const void* expected, size_t size) {
    return persist_transaction_putc(writer.get(), "k", 1, value, 1, expected, size, nullptr);
  };
  CHECK(putc("1", "", 0) == PERSIST_MISMATCH);
  CHECK(putc("1", nullptr, 0) == PERSIST_OK);
  CHECK(putc("2", nullptr, 0) == PERSIST_MISMATCH);
  CHECK(putc("2", "1", 1) == PERSIST_OK);
  CHECK(set(writer, "k", "") == PERSIST_OK);
  CHECK(persist_transaction_delc(writer.get(), "k", 1, nullptr, 0, nullptr) == PERSIST_MISMATCH);
  CHECK(persist_transaction_delc(writer.get(), "k", 1, "", 0, nullptr) == PERSIST_OK);
  CHECK(persist_transaction_delc(writer.get(), "k", 1, nullptr, 0, nullptr) == PERSIST_OK);
  int exists = 1;
  CHECK(persist_transaction_exists(writer.get(), "k", 1, &exists, nullptr) == PERSIST_OK);
  CHECK(exists == 0);
}

TEST_CASE("savepoints undo and keep writes") {
  const TemporaryDirectory directory;
  const auto database = open(directory.path());
  const auto writer = begin(database);
  CHECK(persist_transaction_rollback_to_savepoint(writer.get(), nullptr) == PERSIST_NOT_FOUND);
  CHECK(persist_transaction_release_savepoint(writer.get(), nullptr) == PERSIST_NOT_FOUND);
  CHECK(set(writer, "k", "1") == PERSIST_OK);
  CHECK(persist_transaction_set_savepoint(writer.get(), nullptr) == PERSIST_OK);
  CHECK(persist_transaction_del(writer.get(), "k", 1, nullptr) == PERSIST_OK);
  CHECK(persist_transaction_rollback_to_savepoint(writer.get(), nullptr) == PERSIST_OK);
  CHECK(get(writer, "k") == OptionalText("1"));
  CHECK(persist_transaction_set_savepoint(writer.get(), nullptr) == PERSIST_OK);
  CHECK(set(writer, "k", "2") == PERSIST_OK);
  CHECK(persist_transaction_release_savepoint(writer.get(), nullptr) == PERSIST_OK);
  CHECK(get(writer, "k") == OptionalText("2"));
}

TEST_CASE("a transaction that is over answers every call with closed") {
  const TemporaryDirectory directory;
  const auto database = open(directory.path());
  const auto over = begin(database);
  CHECK(persist_transaction_is_open(over.get()) == 1);
  const auto cursor = scan(over, nullptr);
  CHECK(set(over, "k", "v") == PERSIST_OK);
  SECTION("by commit") {
    CHECK(commit(over) == PERSIST_OK);
  }
  SECTION("by cancel") {
    CHECK(persist_transaction_cancel(over.get(), nullptr) == PERSIST_OK);
  }
  CHECK(persist_transaction_is_open(over.get()) == 0);

  const void* value = nullptr;
  size_t size = 0;
  int exists = 0;
  uint64_t number = 0;
  persist_cursor* more = nullptr;
  persist_row row;
  persist_transaction* const t = over.get();
  CHECK(persist_transaction_get(t, "k", 1, &value, &size, nullptr) == PERSIST_CLOSED);
  CHECK(persist_transaction_exists(t, "k", 1, &exists, nullptr) == PERSIST_CLOSED);
  CHECK(persist_transaction_set(t, "k", 1, "v", 1, nullptr) == PERSIST_CLOSED);
  CHECK(persist_transaction_put(t, "k", 1, "v", 1, nullptr) == PERSIST_CLOSED);
  CHECK(persist_transaction_putc(t, "k", 1, "v", 1, nullptr, 0, nullptr) == PERSIST_CLOSED);
  CHECK(persist_transaction_del(t, "k", 1, nullptr) == PERSIST_CLOSED);
  CHECK(persist_transaction_delc(t, "k", 1, nullptr, 0, nullptr) == PERSIST_CLOSED);
  CHECK(persist_transaction_set_savepoint(t, nullptr) == PERSIST_CLOSED);
  CHECK(persist_transaction_rollback_to_savepoint(t, nullptr) == PERSIST_CLOSED);
  CHECK(persist_transaction_release_savepoint(t, nullptr) == PERSIST_CLOSED);
  CHECK(persist_transaction_scan(t, nullptr, &more, nullptr) == PERSIST_CLOSED);
  CHECK(persist_transaction_count(t, nullptr, &number, nullptr) == PERSIST_CLOSED);
  CHECK(persist_transaction_commit(t, &number, nullptr) == PERSIST_CLOSED);
  CHECK(persist_transaction_cancel(t, nullptr) == PERSIST_CLOSED);
  CHECK(persist_cursor_next(cursor.get(), &row, nullptr) == PERSIST_CLOSED);
}

TEST_CASE("a read transaction refuses every write") {
  const TemporaryDirectory directory;
  const auto database = open(directory.path());
  const auto reader = begin(database, PERSIST_TRANSACTION_READ);
  persist_transaction* const t = reader.get();
  CHECK(persist_transaction_set(t, "k", 1, "v", 1, nullptr) == PERSIST_READ_ONLY);
  CHECK(persist_transaction_put(t, "k", 1, "v", 1, nullptr) == PERSIST_READ_ONLY);
  CHECK(persist_transaction_putc(t, "k", 1, "v", 1, nullptr, 0, nullptr) == PERSIST_READ_ONLY);
  CHECK(persist_transaction_del(t, "k", 1, nullptr) == PERSIST_READ_ONLY);
  CHECK(persist_transaction_delc(t, "k", 1, nullptr, 0, nullptr) == PERSIST_READ_ONLY);
  CHECK(persist_transaction_set_savepoint(t, nullptr) == PERSIST_READ_ONLY);
}

TEST_CASE("the first committer wins, and a serializable reader loses to a writer") {
  const TemporaryDirectory directory;
  const auto database = open(directory.path());
  write(database, "k", "0");
  const auto loser = begin(database);
  const auto serializable = begin(database, PERSIST_TRANSACTION_SERIALIZABLE);
  CHECK(get(serializable, "k") == OptionalText("0"));
  write(database, "k", "1");

  CHECK(set(loser, "k", "2") == PERSIST_OK);
  CHECK(commit(loser) == PERSIST_CONFLICT);
  CHECK(set(serializable, "other", "2") == PERSIST_OK);
  CHECK(commit(serializable) == PERSIST_CONFLICT);
  CHECK(get(database, "k") == OptionalText("1"));
}

TEST_CASE("older versions are read as long as they are kept") {
  const TemporaryDirectory directory;
  auto options = logged();
  options.history_versions = PERSIST_KEEP_ALL_HISTORY;
  const auto database = open(directory.path(), options);
  const uint64_t first = write(database, "k", "1");
  write(database, "k", "2");
  persist_transaction* past = nullptr;
  must([&](auto e) { return persist_database_begin_read_at(database.get(), first, &past, e); });
  const Owned<persist_transaction> owned(past);
  CHECK(persist_transaction_version(past) == first);
  CHECK(get(owned, "k") == OptionalText("1"));
  CHECK(persist_database_begin_read_at(database.get(), 99, &past, nullptr) ==
        PERSIST_INVALID_ARGUMENT);
  CHECK(past == nullptr);
}

TEST_CASE("a version that was let go is not found") {
  const TemporaryDirectory directory;
  const auto database = open(directory.path());
  const uint64_t first = write(database, "k", "1");
  write(database, "k", "2");
  persist_transaction* past = nullptr;
  CHECK(persist_database_begin_read_at(database.get(), first, &past, nullptr) == PERSIST_NOT_FOUND);
}

TEST_CASE("handles may be freed in any order") {
  const TemporaryDirectory directory;
  auto database = open(directory.path());
  write(database, "k", "v");
  auto reader = begin(database, PERSIST_TRANSACTION_READ);
  const auto cursor = scan(reader, nullptr);
  database.reset();
  CHECK(get(reader, "k") == OptionalText("v"));
  reader.reset();
  persist_row row;
  CHECK(persist_cursor_next(cursor.get(), &row, nullptr) == PERSIST_CLOSED);
  CHECK(get(open(directory.path()), "k") == OptionalText("v"));
}
