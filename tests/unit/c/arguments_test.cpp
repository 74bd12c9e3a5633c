// NULL, sizes and numbers that are wrong: always an error, never a crash.
#include <cstring>
#include <functional>

#include "support/temporary_directory.hpp"
#include "unit/c/c_interface.hpp"

using namespace persist::test;

namespace {

using Call = std::function<persist_code(persist_error**)>;

void check_invalid(const char* what, const Call& call) {
  INFO(what);
  Failure failure;
  CHECK(call(failure.slot()) == PERSIST_INVALID_ARGUMENT);
  CHECK(persist_error_code(failure.get()) == PERSIST_INVALID_ARGUMENT);
  CHECK(call(nullptr) == PERSIST_INVALID_ARGUMENT);
}

persist_code open_with(const TemporaryDirectory& directory, const persist_open_options& options,
                       persist_error** error = nullptr) {
  persist_database* database = nullptr;
  const persist_code code =
      persist_database_open(directory.path().c_str(), &options, &database, error);
  persist_database_free(database);
  return code;
}

}  // namespace

TEST_CASE("NULL for a database is an invalid argument") {
  persist_transaction* transaction = nullptr;
  uint64_t version = 0;
  auto stats = sized<persist_stats>();
  check_invalid("close", [](auto e) { return persist_database_close(nullptr, e); });
  check_invalid("snapshot",
                [&](auto e) { return persist_database_snapshot(nullptr, &version, e); });
  check_invalid("drain", [](auto e) { return persist_database_drain(nullptr, e); });
  check_invalid("sync", [](auto e) { return persist_database_sync(nullptr, e); });
  check_invalid("health", [](auto e) { return persist_database_health(nullptr, e); });
  check_invalid("worker", [](auto e) {
    return persist_database_worker_health(nullptr, PERSIST_WORKER_FSYNC, e);
  });
  check_invalid("stats", [&](auto e) { return persist_database_stats(nullptr, &stats, e); });
  check_invalid("begin", [&](auto e) {
    return persist_database_begin(nullptr, PERSIST_TRANSACTION_READ, &transaction, e);
  });
  check_invalid("begin_read_at", [&](auto e) {
    return persist_database_begin_read_at(nullptr, 0, &transaction, e);
  });
}

TEST_CASE("NULL for a transaction or cursor is an invalid argument") {
  const void* value = nullptr;
  size_t size = 0;
  int exists = 0;
  uint64_t count = 0;
  persist_cursor* cursor = nullptr;
  persist_row row;
  check_invalid("get",
                [&](auto e) { return persist_transaction_get(nullptr, "k", 1, &value, &size, e); });
  check_invalid("exists",
                [&](auto e) { return persist_transaction_exists(nullptr, "k", 1, &exists, e); });
  check_invalid("set", [](auto e) { return persist_transaction_set(nullptr, "k", 1, "v", 1, e); });
  check_invalid("put", [](auto e) { return persist_transaction_put(nullptr, "k", 1, "v", 1, e); });
  check_invalid("putc", [](auto e) {
    return persist_transaction_putc(nullptr, "k", 1, "v", 1, nullptr, 0, e);
  });
  check_invalid("del", [](auto e) { return persist_transaction_del(nullptr, "k", 1, e); });
  check_invalid("delc",
                [](auto e) { return persist_transaction_delc(nullptr, "k", 1, nullptr, 0, e); });
  check_invalid("savepoint", [](auto e) { return persist_transaction_set_savepoint(nullptr, e); });
  check_invalid("rollback",
                [](auto e) { return persist_transaction_rollback_to_savepoint(nullptr, e); });
  check_invalid("release",
                [](auto e) { return persist_transaction_release_savepoint(nullptr, e); });
  check_invalid("commit", [](auto e) { return persist_transaction_commit(nullptr, nullptr, e); });
  check_invalid("cancel", [](auto e) { return persist_transaction_cancel(nullptr, e); });
  check_invalid("scan",
                [&](auto e) { return persist_transaction_scan(nullptr, nullptr, &cursor, e); });
  check_invalid("count",
                [&](auto e) { return persist_transaction_count(nullptr, nullptr, &count, e); });
  check_invalid("next", [&](auto e) { return persist_cursor_next(nullptr, &row, e); });
  CHECK(persist_transaction_version(nullptr) == 0);
  CHECK(persist_transaction_is_open(nullptr) == 0);
}

TEST_CASE("NULL for a result or a directory is an invalid argument") {
  const TemporaryDirectory directory;
  const auto database = open(directory.path());
  const auto writer = begin(database);
  size_t size = 0;
  persist_database* other = nullptr;
  check_invalid("directory",
                [&](auto e) { return persist_database_open(nullptr, nullptr, &other, e); });
  check_invalid("database", [&](auto e) {
    return persist_database_open(directory.path().c_str(), nullptr, nullptr, e);
  });
  check_invalid("stats",
                [&](auto e) { return persist_database_stats(database.get(), nullptr, e); });
  check_invalid("transaction", [&](auto e) {
    return persist_database_begin(database.get(), PERSIST_TRANSACTION_READ, nullptr, e);
  });
  check_invalid("transaction at", [&](auto e) {
    return persist_database_begin_read_at(database.get(), 0, nullptr, e);
  });
  check_invalid("value", [&](auto e) {
    return persist_transaction_get(writer.get(), "k", 1, nullptr, &size, e);
  });
  check_invalid("exists", [&](auto e) {
    return persist_transaction_exists(writer.get(), "k", 1, nullptr, e);
  });
  check_invalid("cursor", [&](auto e) {
    return persist_transaction_scan(writer.get(), nullptr, nullptr, e);
  });
  check_invalid("count", [&](auto e) {
    return persist_transaction_count(writer.get(), nullptr, nullptr, e);
  });
  const auto cursor = scan(writer, nullptr);
  check_invalid("row", [&](auto e) { return persist_cursor_next(cursor.get(), nullptr, e); });
}

TEST_CASE("NULL bytes with a length are an invalid argument, and without one they are empty") {
  const TemporaryDirectory directory;
  const auto database = open(directory.path());
  const auto writer = begin(database);
  check_invalid(
      "key", [&](auto e) { return persist_transaction_set(writer.get(), nullptr, 1, "v", 1, e); });
  check_invalid("value", [&](auto e) {
    return persist_transaction_set(writer.get(), "k", 1, nullptr, 1, e);
  });
  check_invalid("expected", [&](auto e) {
    return persist_transaction_putc(writer.get(), "k", 1, "v", 1, nullptr, 1, e);
  });
  CHECK(persist_transaction_set(writer.get(), "k", 1, nullptr, 0, nullptr) == PERSIST_OK);
  CHECK(get(writer, "k") == OptionalText(""));
  CHECK(persist_transaction_set(writer.get(), nullptr, 0, "v", 1, nullptr) == PERSIST_OK);
  CHECK(get(writer, "") == OptionalText("v"));
}

TEST_CASE("modes and kinds that are none are invalid arguments") {
  const TemporaryDirectory directory;
  const auto member =
      GENERATE(&persist_open_options::aol_mode, &persist_open_options::fsync_mode,
               &persist_open_options::snapshot_mode, &persist_open_options::compression,
               &persist_open_options::release_line);
  const int value = GENERATE(-1, 5, 1 << 30);
  auto options = logged();
  options.*member = value;
  CHECK(open_with(directory, options) == PERSIST_INVALID_ARGUMENT);
  CHECK(directory.names().empty());
}

TEST_CASE("an interval beyond a hundred years and a kind that is none are invalid arguments") {
  const TemporaryDirectory directory;
  auto options = logged();
  options.fsync_interval_ms = UINT64_MAX;
  CHECK(open_with(directory, options) == PERSIST_INVALID_ARGUMENT);
  const auto database = open(directory.path());
  persist_transaction* transaction = nullptr;
  check_invalid("kind",
                [&](auto e) { return persist_database_begin(database.get(), 3, &transaction, e); });
  check_invalid("worker", [&](auto e) {
    return persist_database_worker_health(database.get(), static_cast<persist_worker>(3), e);
  });
}

TEST_CASE("a structure without its size is an invalid argument") {
  const TemporaryDirectory directory;
  const auto database = open(directory.path());
  const auto writer = begin(database);
  persist_open_options options{};
  CHECK(open_with(directory, options) == PERSIST_INVALID_ARGUMENT);
  options.struct_size = SIZE_MAX;
  CHECK(open_with(directory, options) == PERSIST_INVALID_ARGUMENT);
  persist_stats stats{};
  check_invalid("stats", [&](auto e) { return persist_database_stats(database.get(), &stats, e); });
  const persist_scan_options scan_options{};
  uint64_t count = 0;
  check_invalid("scan", [&](auto e) {
    return persist_transaction_count(writer.get(), &scan_options, &count, e);
  });
}

TEST_CASE("a program built for an older library sets the members that it knew") {
  const TemporaryDirectory directory;
  auto options = logged();
  options.struct_size = offsetof(persist_open_options, fsync_interval_ms);
  options.release_line = -7;  // behind what that program knew
  CHECK(open_with(directory, options) == PERSIST_OK);
  CHECK(read_file(directory / "aol.bin") == std::string("\xFFSMXAOL\x02", 8));

  const auto database = open(directory.path());
  write(database, "k", "v");
  persist_stats stats;
  std::memset(&stats, 0x55, sizeof stats);
  stats.struct_size = offsetof(persist_stats, versions);
  must([&](auto e) { return persist_database_stats(database.get(), &stats, e); });
  CHECK(stats.keys == 1);
  CHECK(stats.versions == 0x5555'5555'5555'5555);
}

TEST_CASE("a program built for a newer library may leave its new members zero") {
  struct Newer {
    persist_open_options known;
    uint64_t more;
  };
  const TemporaryDirectory directory;
  Newer options{logged(), 0};
  options.known.struct_size = sizeof options;
  CHECK(open_with(directory, options.known) == PERSIST_OK);
  options.more = 1;
  CHECK(open_with(directory, options.known) == PERSIST_UNSUPPORTED);

  struct NewerStats {
    persist_stats known;
    uint64_t more;
  };
  const auto database = open(directory.path());
  NewerStats stats{};
  stats.more = 1;
  stats.known.struct_size = sizeof stats;
  must([&](auto e) { return persist_database_stats(database.get(), &stats.known, e); });
  CHECK(stats.more == 0);
  CHECK(stats.known.struct_size == sizeof stats);
}

TEST_CASE("a structure's layout is the one that bindings declare") {
  static_assert(sizeof(persist_open_options) == 88);
  static_assert(offsetof(persist_open_options, aol_mode) == 24);
  static_assert(offsetof(persist_open_options, compression_level) == 56);
  static_assert(offsetof(persist_open_options, history_versions) == 80);
  static_assert(sizeof(persist_stats) == 21 * 8);
  static_assert(sizeof(persist_scan_options) == 80);
  static_assert(offsetof(persist_scan_options, descending) == 72);
  static_assert(sizeof(persist_row) == 32);
  SUCCEED();
}
