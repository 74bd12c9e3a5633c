// Memory that runs out inside each call: the code says so, and the handle goes on working. A
// program of its own: it decides over every allocation, those inside the shared library too.
#include <atomic>
#include <cstdlib>
#include <new>
#include <thread>
#include <utility>
#include <vector>

#include "support/temporary_directory.hpp"
#include "unit/c/c_interface.hpp"

using namespace persist::test;

namespace {

// Allocations of this thread that still succeed; negative: all.
thread_local int allowance = -1;
// Whether allocations of threads succeed that no test has started.
std::atomic<bool> workers_have_memory = true;
thread_local bool is_worker = true;

void* allocate(std::size_t size_bytes) {
  if (allowance == 0 || (is_worker && !workers_have_memory)) return nullptr;
  if (allowance > 0) --allowance;
  return std::malloc(size_bytes == 0 ? 1 : size_bytes);
}

}  // namespace

void* operator new(std::size_t size_bytes) {
  void* const memory = allocate(size_bytes);
  if (memory == nullptr) throw std::bad_alloc();
  return memory;
}
void* operator new(std::size_t size_bytes, const std::nothrow_t&) noexcept {
  return allocate(size_bytes);
}
// Inlined, it would look to the compiler as if free() met what it does not belong to.
[[gnu::noinline]] void operator delete(void* memory) noexcept {
  std::free(memory);
}
void operator delete(void* memory, std::size_t) noexcept {
  operator delete(memory);
}

namespace {

// Calls it with 0, 1, 2, ... allocations until it succeeds; every failure is one of memory.
template <class Call>
int failures_of(Call&& call) {
  constexpr int more_than_any = 100'000;
  for (int allowed = 0; allowed < more_than_any; ++allowed) {
    persist_error* error = nullptr;
    allowance = allowed;
    const persist_code code = call(&error);
    allowance = -1;
    if (code == PERSIST_OK) return allowed;
    INFO(allowed << " allocations: " << persist_code_name(code) << ": "
                 << persist_error_message(error));
    CHECK(code == PERSIST_NO_MEMORY);
    REQUIRE(error != nullptr);
    persist_error_free(error);
  }
  FAIL("it never succeeded");
  return 0;
}

}  // namespace

TEST_CASE("a transaction's calls survive want of memory at every allocation") {
  const TemporaryDirectory directory;
  const auto database = open(directory.path());
  const std::string long_value(10'000, 'v');
  write(database, "there", long_value);
  persist_transaction* raw = nullptr;
  CHECK(failures_of([&](auto e) {
          return persist_database_begin(database.get(), PERSIST_TRANSACTION_SERIALIZABLE, &raw, e);
        }) > 0);
  const Owned<persist_transaction> writer(raw);
  CHECK(failures_of([&](auto e) { return set(writer, "a new key, long enough", long_value, e); }) >
        0);
  CHECK(get(writer, "a new key, long enough") == OptionalText(long_value));
  failures_of([&](auto e) { return persist_transaction_set_savepoint(writer.get(), e); });
  persist_cursor* cursor = nullptr;
  failures_of([&](auto e) { return persist_transaction_scan(writer.get(), nullptr, &cursor, e); });
  const Owned<persist_cursor> owned(cursor);
  persist_row row;
  CHECK(failures_of([&](auto e) { return persist_cursor_next(cursor, &row, e); }) > 0);
  CHECK(text(row.key, row.key_size) == "a new key, long enough");
  CHECK(commit(writer) == PERSIST_OK);
}

TEST_CASE("a value that was not replaced for want of memory is still the transaction's") {
  const TemporaryDirectory directory;
  const auto database = open(directory.path());
  const auto writer = begin(database, PERSIST_TRANSACTION_SERIALIZABLE);
  const std::string key = "a key too long for a small string";
  REQUIRE(set(writer, key, "old") == PERSIST_OK);
  REQUIRE(persist_transaction_set_savepoint(writer.get(), nullptr) == PERSIST_OK);
  int seen = 0;
  CHECK(failures_of([&](auto e) {
          if (seen++ > 0) {
            const int allowed = std::exchange(allowance, -1);
            CHECK(get(writer, key) == OptionalText("old"));
            allowance = allowed;
          }
          return set(writer, key, "new", e);
        }) > 0);
  CHECK(get(writer, key) == OptionalText("new"));
  REQUIRE(persist_transaction_rollback_to_savepoint(writer.get(), nullptr) == PERSIST_OK);
  CHECK(get(writer, key) == OptionalText("old"));
  CHECK(commit(writer) == PERSIST_OK);
}

namespace {

// Commits with 0, 1, 2, ... allocations until one succeeds, each time in a transaction of its own;
// the key says how many there were. Returns the key that was committed.
std::string commit_with_little_memory(const Owned<persist_database>& database) {
  Owned<persist_transaction> writer;
  std::string key;
  failures_of([&](auto e) {
    const int allowed = std::exchange(allowance, -1);
    key = "new, and too long for a small string: " + std::to_string(allowed);
    writer = begin(database, PERSIST_TRANSACTION_SERIALIZABLE);
    get(writer, "there");
    REQUIRE(set(writer, key, "v") == PERSIST_OK);
    REQUIRE(set(writer, "there", std::to_string(allowed)) == PERSIST_OK);
    REQUIRE(persist_transaction_del(writer.get(), "gone", 4, nullptr) == PERSIST_OK);
    allowance = allowed;
    return commit(writer, e);
  });
  return key;
}

}  // namespace

TEST_CASE("a commit without memory is refused, leaves nothing, and holds up no other") {
  const TemporaryDirectory directory;
  auto options = logged();
  options.aol_mode = GENERATE(as<int>{}, PERSIST_AOL_SYNCHRONOUS, PERSIST_AOL_ASYNCHRONOUS);
  options.fsync_mode = GENERATE(as<int>{}, PERSIST_FSYNC_NEVER, PERSIST_FSYNC_EVERY_APPEND);
  Rows expected;
  {
    const auto database = open(directory.path(), options);
    // Often enough that containers that grow by pieces have to grow in each place.
    for (int round = 0; round < 40; ++round) {
      write(database, "there", "old");
      write(database, "gone", "soon");
      const std::string key = commit_with_little_memory(database);
      expected = {{key, "v"}, {"there", key.substr(key.rfind(' ') + 1)}};
      REQUIRE(rows_of(begin(database, PERSIST_TRANSACTION_READ)) == expected);
      const auto cleaner = begin(database);
      REQUIRE(persist_transaction_del(cleaner.get(), key.data(), key.size(), nullptr) ==
              PERSIST_OK);
      REQUIRE(commit(cleaner) == PERSIST_OK);
    }
    must([&](auto e) { return persist_database_close(database.get(), e); });
  }
  expected.erase(expected.begin());
  CHECK(rows_of(begin(open(directory.path(), options), PERSIST_TRANSACTION_READ)) == expected);
}

TEST_CASE("of writers that commit together those fail that have no memory, and those alone") {
  constexpr int writers = 4;
  constexpr int commits = 300;
  const TemporaryDirectory directory;
  auto options = logged();
  options.aol_mode = GENERATE(as<int>{}, PERSIST_AOL_SYNCHRONOUS, PERSIST_AOL_ASYNCHRONOUS);
  options.fsync_mode = PERSIST_FSYNC_EVERY_APPEND;
  std::atomic<int> failed = 0;
  Rows expected(writers);
  {
    const auto database = open(directory.path(), options);
    std::vector<std::jthread> threads;
    for (auto& [key, value] : expected) {
      key = "of writer " + std::to_string(threads.size());
      threads.emplace_back([&] {
        for (int i = 0; i < commits; ++i) {
          persist_transaction* raw = nullptr;  // Catch2's checks are for one thread
          const persist_code begun =
              persist_database_begin(database.get(), PERSIST_TRANSACTION_WRITE, &raw, nullptr);
          const Owned<persist_transaction> writer(raw);
          const std::string written = std::to_string(i);
          if (begun != PERSIST_OK || set(writer, key, written) != PERSIST_OK) continue;
          allowance = i % 8;
          const persist_code code = commit(writer);
          allowance = -1;
          if (code == PERSIST_OK) {
            value = written;
          } else {
            ++failed;
          }
        }
      });
    }
    threads.clear();
    CHECK(rows_of(begin(database, PERSIST_TRANSACTION_READ)) == expected);
  }
  CHECK(failed > 0);
  CHECK(rows_of(begin(open(directory.path(), options), PERSIST_TRANSACTION_READ)) == expected);
}

namespace {

// While it lives, the threads of the library have no memory.
class PoorWorkers {
 public:
  PoorWorkers() {
    is_worker = false;
    workers_have_memory = false;
  }
  ~PoorWorkers() { workers_have_memory = true; }
  PoorWorkers(const PoorWorkers&) = delete;
  PoorWorkers& operator=(const PoorWorkers&) = delete;
};

persist_code health(const Owned<persist_database>& database, persist_worker worker) {
  return persist_database_worker_health(database.get(), worker, nullptr);
}

}  // namespace

TEST_CASE("a snapshot in the background that finds no memory says so and is tried again") {
  const TemporaryDirectory directory;
  auto options = logged();
  options.snapshot_mode = PERSIST_SNAPSHOT_INTERVAL;
  options.snapshot_interval_ms = 1;
  const auto database = open(directory.path(), options);
  {
    const PoorWorkers poor;
    write(database, "k", "v");
    while (health(database, PERSIST_WORKER_SNAPSHOT) == PERSIST_OK) std::this_thread::yield();
    CHECK(health(database, PERSIST_WORKER_SNAPSHOT) == PERSIST_NO_MEMORY);
  }
  while (health(database, PERSIST_WORKER_SNAPSHOT) != PERSIST_OK) std::this_thread::yield();
  persist_stats stats = sized<persist_stats>();
  must([&](auto e) { return persist_database_stats(database.get(), &stats, e); });
  CHECK(stats.snapshot_version == 1);
}

TEST_CASE("no commit is lost behind a snapshot that found no memory, wherever it failed") {
  auto options = logged();
  options.fsync_mode = GENERATE(as<int>{}, PERSIST_FSYNC_NEVER, PERSIST_FSYNC_EVERY_APPEND);
  persist_code code = PERSIST_NO_MEMORY;
  for (int allowed = 0; code != PERSIST_OK; ++allowed) {
    INFO(allowed << " allocations");
    const TemporaryDirectory directory;
    Rows expected{{"before", "1"}};
    {
      const auto database = open(directory.path(), options);
      write(database, "before", "1");
      allowance = allowed;
      code = persist_database_snapshot(database.get(), nullptr, nullptr);
      allowance = -1;
      REQUIRE((code == PERSIST_OK || code == PERSIST_NO_MEMORY));
      const auto writer = begin(database);
      REQUIRE(set(writer, "behind", "2") == PERSIST_OK);
      // The log may have been replaced, and the new one not opened.
      const persist_code committed = commit(writer);
      REQUIRE((committed == PERSIST_OK || committed == PERSIST_POISONED));
      if (committed == PERSIST_OK) expected.emplace_back("behind", "2");
    }
    const auto reader = begin(open(directory.path(), options), PERSIST_TRANSACTION_READ);
    REQUIRE(rows_of(reader) == expected);
  }
}

TEST_CASE("asynchronous commits reach the log without memory for their writer") {
  const TemporaryDirectory directory;
  auto options = logged();
  options.aol_mode = PERSIST_AOL_ASYNCHRONOUS;
  options.fsync_mode = PERSIST_FSYNC_EVERY_APPEND;
  Rows expected;
  {
    const auto database = open(directory.path(), options);
    const PoorWorkers poor;
    for (int i = 100; i < 300; ++i) {
      expected.emplace_back(std::to_string(i), std::string(1000, 'v'));
      write(database, expected.back().first, expected.back().second);
    }
    must([&](auto e) { return persist_database_drain(database.get(), e); });
  }
  CHECK(rows_of(begin(open(directory.path()), PERSIST_TRANSACTION_READ)) == expected);
}

TEST_CASE("opening survives want of memory at every allocation") {
  const TemporaryDirectory directory;
  write(open(directory.path()), "k", "v");
  const auto options = logged();
  persist_database* database = nullptr;
  CHECK(failures_of([&](auto e) {
          return persist_database_open(directory.path().c_str(), &options, &database, e);
        }) > 0);
  const Owned<persist_database> owned(database);
  CHECK(get(owned, "k") == OptionalText("v"));
}

TEST_CASE("the error of memory that ran out is there without any") {
  const TemporaryDirectory directory;
  const auto database = open(directory.path());
  persist_transaction* transaction = nullptr;
  Failure failure;
  allowance = 0;
  const persist_code code = persist_database_begin(database.get(), PERSIST_TRANSACTION_WRITE,
                                                   &transaction, failure.slot());
  allowance = -1;
  CHECK(code == PERSIST_NO_MEMORY);
  CHECK(persist_error_code(failure.get()) == PERSIST_NO_MEMORY);
  CHECK(failure.message() == "memory ran out");
}
