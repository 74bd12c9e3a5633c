// Many threads at once; under ThreadSanitizer these are the races' test.
#include <atomic>
#include <random>
#include <thread>

#include "support/real_files.hpp"
#include "support/temporary_directory.hpp"
#include "unit/engine/open_database.hpp"

using namespace persist;
using namespace persist::test;

namespace {

// Assertions belong to the test's own thread; what another one finds wrong is counted.
std::atomic<int> wrong{0};
void expect(bool holds) {
  if (!holds) ++wrong;
}

constexpr int accounts = 20;
constexpr int start_balance = 100;

std::string account(std::uint64_t number) {
  return "account" + std::to_string(number);
}

// Moves money between two accounts until it commits.
void transfer(Database& database, std::mt19937_64& random) {
  for (;;) {
    const auto from = random() % accounts;
    const auto to = (from + 1 + random() % (accounts - 1)) % accounts;
    Transaction transaction = must(database.begin());
    const int balance = std::stoi(*must(transaction.get(account(from))));
    const int other = std::stoi(*must(transaction.get(account(to))));
    must(transaction.set(account(from), std::to_string(balance - 1)));
    must(transaction.set(account(to), std::to_string(other + 1)));
    const auto committed = transaction.commit();
    if (committed) return;
    expect(committed.error().code == ErrorCode::conflict);
  }
}

int total(const Transaction& reader) {
  int sum = 0;
  must(reader.visit({}, [&](ByteView key, ByteView value) {
    if (key.starts_with("account")) sum += std::stoi(std::string(value));
    return true;
  }));
  return sum;
}

void open_accounts(Database& database) {
  Transaction transaction = must(database.begin());
  for (int i = 0; i < accounts; ++i) {
    must(transaction.set(account(static_cast<std::uint64_t>(i)), std::to_string(start_balance)));
  }
  must(transaction.commit());
}

}  // namespace

TEST_CASE("money moved by many writers is neither made nor lost, for readers nor after a reopen") {
  const TemporaryDirectory directory;
  const Options options =
      GENERATE(synchronous(), synchronous(FsyncMode::every_append), asynchronous());
  {
    Database database = must(Database::open(directory.path(), options));
    open_accounts(database);
    std::atomic<bool> stops{false};
    std::jthread reader([&] {
      while (!stops) {
        const Transaction transaction = must(database.begin_read());
        expect(total(transaction) == accounts * start_balance);
        expect(must(transaction.count({.direction = Direction::descending})) == accounts);
      }
    });
    std::jthread snapshots([&] {
      while (!stops) must(database.snapshot());
    });
    {
      std::vector<std::jthread> writers;
      for (std::uint64_t seed = 0; seed < 4; ++seed) {
        writers.emplace_back([&database, seed] {
          std::mt19937_64 random(seed);
          for (int i = 0; i < 200; ++i) transfer(database, random);
        });
      }
    }
    stops = true;
  }
  CHECK(wrong == 0);
  Database again = must(Database::open(directory.path(), options));
  CHECK(total(must(again.begin_read())) == accounts * start_balance);
}

TEST_CASE("readers walk in both directions while keys come and go") {
  const TemporaryDirectory directory;
  Database database = must(Database::open(directory.path(), {}));
  // Even keys stay, odd ones flicker.
  {
    Transaction transaction = must(database.begin());
    for (int i = 0; i < 200; i += 2) must(transaction.set(std::to_string(1000 + i), "stays"));
    must(transaction.commit());
  }
  std::atomic<bool> stops{false};
  std::jthread writer([&] {
    std::mt19937_64 random(7);
    while (!stops) {
      const std::string key = std::to_string(1001 + 2 * (random() % 100));
      if (random() % 2 == 0) {
        set(database, key, "flickers");
      } else {
        del(database, key);
      }
    }
  });
  for (int round = 0; round < 500; ++round) {
    const Transaction reader = must(database.begin_read());
    std::vector<std::string> up = must(reader.keys({}));
    std::vector<std::string> down = must(reader.keys({.direction = Direction::descending}));
    std::ranges::reverse(down);
    REQUIRE(up == down);
    REQUIRE(std::ranges::is_sorted(up));
    REQUIRE(std::ranges::count_if(
                up, [](const std::string& key) { return (key.back() - '0') % 2 == 0; }) == 100);
  }
  stops = true;
}

TEST_CASE("serializable counters never repeat a number") {
  const TemporaryDirectory directory;
  Database database = must(Database::open(directory.path(), synchronous()));
  {
    std::vector<std::jthread> writers;
    for (int writer = 0; writer < 4; ++writer) {
      writers.emplace_back([&database] {
        for (int done = 0; done < 50;) {
          Transaction transaction = must(database.begin(Isolation::serializable));
          const auto count = must(transaction.count({}));
          must(transaction.put("item" + std::to_string(count), ""));
          if (transaction.commit()) ++done;
        }
      });
    }
  }
  CHECK(rows_of(database).size() == 200);
}

TEST_CASE("commits become visible in the order of their versions") {
  const TemporaryDirectory directory;
  Database database = must(Database::open(directory.path(), synchronous()));
  std::atomic<Version> newest_committed{0};
  std::atomic<bool> stops{false};
  std::vector<std::jthread> writers;
  for (int writer = 0; writer < 3; ++writer) {
    writers.emplace_back([&, writer] {
      while (!stops) {
        const Version version = set(database, "writer" + std::to_string(writer), "");
        Version before = newest_committed;
        while (before < version && !newest_committed.compare_exchange_weak(before, version)) {
        }
      }
    });
  }
  for (int round = 0; round < 2000; ++round) {
    const Version committed = newest_committed;
    REQUIRE(must(database.begin_read()).version() >= committed);
  }
  stops = true;
}

TEST_CASE("what several writers commit at the same time is all visible") {
  const TemporaryDirectory directory;
  Database database = must(Database::open(directory.path(), synchronous(FsyncMode::every_append)));
  constexpr int writers_count = 8;
  constexpr int commits_each = 50;
  {
    std::vector<std::jthread> writers;
    for (int writer = 0; writer < writers_count; ++writer) {
      writers.emplace_back([&database, writer] {
        for (int i = 0; i < commits_each; ++i) {
          set(database, std::to_string(writer) + ":" + std::to_string(i), "value");
        }
      });
    }
  }
  for (int writer = 0; writer < writers_count; ++writer) {
    for (int i = 0; i < commits_each; ++i) {
      CHECK(get(database, std::to_string(writer) + ":" + std::to_string(i)) == "value");
    }
  }
}

TEST_CASE("concurrent commits are one frame each, in the order of their versions") {
  const TemporaryDirectory directory;
  const Options options =
      GENERATE(synchronous(), synchronous(FsyncMode::every_append), asynchronous());
  constexpr int writers_count = 8;
  constexpr int commits_each = 50;
  {
    Database database = must(Database::open(directory.path(), options));
    std::vector<std::jthread> writers;
    for (int writer = 0; writer < writers_count; ++writer) {
      writers.emplace_back([&database, writer] {
        for (int i = 0; i < commits_each; ++i) {
          Transaction transaction = must(database.begin());
          must(transaction.set(std::to_string(writer) + ":" + std::to_string(i), "left"));
          must(transaction.set(std::to_string(writer) + ";" + std::to_string(i), "right"));
          must(transaction.commit());
        }
      });
    }
  }
  GatheringSink log;
  const auto file = must(posix_file_system().open(directory / "aol.bin", OpenMode::read));
  must(read_log(*file, {}, log));
  CHECK(log.damage.empty());
  REQUIRE(log.commits.size() == writers_count * commits_each);
  for (std::size_t i = 0; i < log.commits.size(); ++i) {
    CHECK(log.commits[i].version == i + 1);
    CHECK(log.commits[i].records == 2);
  }
}

TEST_CASE("what is written while a snapshot is taken survives its cut as whole frames") {
  const TemporaryDirectory directory;
  {
    Database database = must(Database::open(directory.path(), synchronous()));
    std::atomic<bool> stops{false};
    std::jthread writer([&] {
      for (int i = 0; i < 20'000 && !stops; ++i) set(database, std::to_string(i), "value");
    });
    for (int round = 0; round < 10; ++round) must(database.snapshot());
    stops = true;
  }
  GatheringSink log;
  const auto file = must(posix_file_system().open(directory / "aol.bin", OpenMode::read));
  const LogSummary summary = must(read_log(*file, {}, log));
  CHECK(log.damage.empty());
  CHECK(summary.header_offset == 0);
  CHECK(summary.end_of_valid_bytes == summary.size_bytes);
}

TEST_CASE("hundreds of open transactions each keep their own view") {
  const TemporaryDirectory directory;
  Database database = must(Database::open(directory.path(), {}));
  std::vector<Transaction> readers;
  for (int i = 0; i < 300; ++i) {
    set(database, "a", std::to_string(i));
    readers.push_back(must(database.begin_read()));
  }
  CHECK(database.stats().open_transactions == 300);
  for (int i = 0; i < 300; ++i) {
    CHECK(must(readers[static_cast<std::size_t>(i)].get("a")) == std::to_string(i));
  }
}

TEST_CASE("a database may be closed while transactions of other threads go on") {
  const TemporaryDirectory directory;
  Database database = must(Database::open(directory.path(), asynchronous()));
  std::atomic<int> committed{0};
  std::vector<std::jthread> writers;
  for (int writer = 0; writer < 3; ++writer) {
    writers.emplace_back([&, writer] {
      for (int i = 0;; ++i) {
        auto transaction = database.begin();
        if (!transaction) return;
        must(transaction->set(std::to_string(writer) + ":" + std::to_string(i), ""));
        if (!transaction->commit()) return;
        ++committed;
      }
    });
  }
  while (committed < 100) std::this_thread::yield();
  must(database.close());
  writers.clear();
  Database again = must(Database::open(directory.path(), {}));
  CHECK(rows_of(again).size() == static_cast<std::size_t>(committed));
}
