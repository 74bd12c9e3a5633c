// Concurrent transactions are recorded and their history is checked for the isolation they asked
// for.
#include "unit/engine/history.hpp"

#include <atomic>
#include <random>
#include <thread>

#include "support/tally.hpp"
#include "support/temporary_directory.hpp"
#include "unit/engine/open_database.hpp"

using namespace persist;
using namespace persist::test;

namespace {

constexpr std::uint64_t keys_count = 12;  // few: transactions meet

std::string key_of(std::uint64_t number) {
  return std::string("key:") + static_cast<char>('a' + number % keys_count);
}

// Runs transactions of one thread after another, and writes down what they see.
class Recorder {
 public:
  Recorder(Database& database, std::atomic<std::uint64_t>& clock, std::uint64_t number)
      : database_(database), clock_(clock), random_(number), number_(number) {}

  void run(int transactions) {
    for (int i = 0; i < transactions; ++i) history_.push_back(run_one());
  }
  [[nodiscard]] const std::vector<HistoryEntry>& history() const { return history_; }

 private:
  bool has_luck(std::uint64_t one_in) { return random_() % one_in == 0; }

  HistoryEntry run_one() {
    HistoryEntry entry;
    entry.isolation = has_luck(2) ? Isolation::serializable : Isolation::snapshot;
    entry.began = clock_++;
    Transaction transaction = database_.begin(entry.isolation).value();
    entry.read_version = transaction.version();
    read(transaction, entry);
    if (has_luck(3)) std::this_thread::yield();
    if (!has_luck(5)) write(transaction, entry);
    finish(transaction, entry);
    entry.ended = clock_++;
    return entry;
  }

  void read(const Transaction& transaction, HistoryEntry& entry) {
    for (auto reads = random_() % 4; reads > 0; --reads) {
      const std::string key = key_of(random_());
      entry.keys.push_back({key, transaction.get(key).value()});
    }
    if (!has_luck(3)) return;
    ReadOfRange range{key_of(random_()), key_of(random_()), {}};
    if (range.to < range.from) std::swap(range.from, range.to);
    ScanOptions options{.range = {range.from, range.to}};
    const bool descends = has_luck(2);
    if (descends) options.direction = Direction::descending;
    range.rows = transaction.scan(options).value();
    if (descends) std::ranges::reverse(range.rows);
    entry.ranges.push_back(std::move(range));
  }

  void write(Transaction& transaction, HistoryEntry& entry) {
    for (auto writes = 1 + random_() % 3; writes > 0; --writes) {
      const std::string key = key_of(random_());
      if (has_luck(4)) {
        entry.writes[key] = std::nullopt;
        transaction.del(key).value();
      } else {
        const std::string value = std::to_string(number_) + "." + std::to_string(values_++);
        entry.writes[key] = value;
        transaction.set(key, value).value();
      }
    }
  }

  void finish(Transaction& transaction, HistoryEntry& entry) {
    if (has_luck(10)) {
      transaction.cancel().value();
      return;
    }
    const auto committed = transaction.commit();
    entry.outcome = committed ? Outcome::committed : Outcome::conflict;
    if (committed && !entry.writes.empty()) entry.version = *committed;
    if (!committed && committed.error().code != ErrorCode::conflict) committed.value();  // throws
  }

  Database& database_;
  std::atomic<std::uint64_t>& clock_;
  std::mt19937_64 random_;
  std::uint64_t number_;
  std::uint64_t values_ = 0;
  std::vector<HistoryEntry> history_;
};

std::vector<HistoryEntry> record(Database& database, std::uint64_t threads, int transactions) {
  std::atomic<std::uint64_t> clock{1};
  std::vector<Recorder> recorders;
  for (std::uint64_t i = 0; i < threads; ++i) recorders.emplace_back(database, clock, i);
  {
    std::vector<std::jthread> running;
    for (Recorder& recorder : recorders) {
      running.emplace_back([&recorder, transactions] { recorder.run(transactions); });
    }
    for (int i = 0; i < 3; ++i) static_cast<void>(database.snapshot());
  }
  std::vector<HistoryEntry> history;
  for (const Recorder& recorder : recorders) {
    history.insert(history.end(), recorder.history().begin(), recorder.history().end());
  }
  return history;
}

std::size_t count(const std::vector<HistoryEntry>& history, Outcome outcome) {
  return static_cast<std::size_t>(std::ranges::count(history, outcome, &HistoryEntry::outcome));
}

// A commit of a history that is put together by hand.
HistoryEntry commit(Version read_version, Version version, std::vector<ReadOfKey> keys,
                    Writes writes, Isolation isolation = Isolation::snapshot) {
  HistoryEntry entry;
  entry.isolation = isolation;
  entry.began = 10 * read_version + 1;
  entry.ended = 10 * version;
  entry.read_version = read_version;
  entry.keys = std::move(keys);
  entry.writes = std::move(writes);
  entry.outcome = Outcome::committed;
  entry.version = version;
  return entry;
}

}  // namespace

TEST_CASE("recorded histories of concurrent transactions keep the isolation they asked for") {
  const int transactions = wants_long_run() ? 20'000 : 1'500;
  const Options options =
      GENERATE(Options{}, synchronous(), synchronous(FsyncMode::every_append), asynchronous());
  const std::uint64_t threads = GENERATE(2U, 8U);
  const TemporaryDirectory directory;
  Database database = must(Database::open(directory.path(), options));
  const auto history = record(database, threads, transactions);
  CHECK(broken_rules(history) == std::vector<std::string>{});
  CHECK(count(history, Outcome::committed) > 0);
  if (threads == 8) CHECK(count(history, Outcome::conflict) > 0);
}

TEST_CASE("a value that is changed in a recorded history is noticed, whichever read it is") {
  const TemporaryDirectory directory;
  Database database = must(Database::open(directory.path(), synchronous()));
  auto history = record(database, 4, 300);
  REQUIRE(broken_rules(history).empty());
  std::uint64_t planted = 0;
  for (HistoryEntry& entry : history) {
    for (ReadOfKey& read : entry.keys) {
      const auto before = read.value;
      read.value = before ? std::nullopt : std::optional<std::string>("0.0");
      REQUIRE_FALSE(broken_rules(history).empty());
      read.value = before;
      if (++planted == 200) break;
    }
    if (planted == 200) break;
  }
  tally("altered histories noticed", planted);
}

TEST_CASE("a lost update is noticed") {
  CHECK_FALSE(
      broken_rules({commit(0, 1, {}, {{"a", "0"}}), commit(1, 2, {{"a", "0"}}, {{"a", "1"}}),
                    commit(1, 3, {{"a", "0"}}, {{"a", "2"}})})
          .empty());
}

TEST_CASE("write skew is noticed between serializable transactions, and allowed between others") {
  const auto isolation = GENERATE(Isolation::serializable, Isolation::snapshot);
  const auto broken = broken_rules({commit(0, 1, {}, {{"a", "0"}, {"b", "0"}}),
                                    commit(1, 2, {{"b", "0"}}, {{"a", "1"}}, isolation),
                                    commit(1, 3, {{"a", "0"}}, {{"b", "1"}}, isolation)});
  CHECK(broken.empty() == (isolation == Isolation::snapshot));
}

TEST_CASE("a phantom in a scanned range is noticed") {
  HistoryEntry counter = commit(1, 3, {}, {{"count", "1"}}, Isolation::serializable);
  counter.ranges.push_back({"a", "b", {{"a1", "0"}}});
  CHECK_FALSE(
      broken_rules({commit(0, 1, {}, {{"a1", "0"}}), commit(1, 2, {}, {{"a2", "0"}}), counter})
          .empty());
}

TEST_CASE("a read of half a transaction is noticed") {
  CHECK_FALSE(broken_rules({commit(0, 1, {}, {{"a", "0"}, {"b", "0"}}),
                            commit(1, 2, {{"a", "0"}, {"b", std::nullopt}}, {{"c", "0"}})})
                  .empty());
}

TEST_CASE("a read of what was never committed is noticed") {
  HistoryEntry refused = commit(0, 0, {}, {{"a", "1"}});
  refused.outcome = Outcome::cancelled;
  CHECK_FALSE(broken_rules({refused, commit(0, 1, {{"a", "1"}}, {{"b", "0"}})}).empty());
}

TEST_CASE("a transaction that does not see a commit that had returned is noticed") {
  HistoryEntry late = commit(0, 2, {}, {{"b", "0"}});
  late.began = 11;
  CHECK_FALSE(broken_rules({commit(0, 1, {}, {{"a", "0"}}), late}).empty());
}

TEST_CASE("a version given twice is noticed") {
  CHECK_FALSE(
      broken_rules({commit(0, 1, {}, {{"a", "0"}}), commit(0, 1, {}, {{"b", "0"}})}).empty());
}

TEST_CASE("a refusal without a reason is noticed") {
  HistoryEntry refused = commit(1, 0, {}, {{"b", "1"}});
  refused.outcome = Outcome::conflict;
  CHECK_FALSE(broken_rules({commit(0, 1, {}, {{"a", "0"}}), refused}).empty());
}
