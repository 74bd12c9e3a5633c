#include <sys/resource.h>

#include <atomic>
#include <csignal>
#include <thread>

#include "support/temporary_directory.hpp"
#include "unit/c/c_interface.hpp"

using namespace persist::test;

namespace {

persist_stats stats_of(const Owned<persist_database>& database) {
  auto stats = sized<persist_stats>();
  must([&](auto e) { return persist_database_stats(database.get(), &stats, e); });
  return stats;
}

// While it lives no file of this process grows beyond `size_bytes`: a disk that is full.
class FullDisk {
 public:
  explicit FullDisk(rlim_t size_bytes) : handler_(std::signal(SIGXFSZ, SIG_IGN)) {
    ::getrlimit(RLIMIT_FSIZE, &before_);
    const rlimit limit{size_bytes, before_.rlim_max};
    REQUIRE(::setrlimit(RLIMIT_FSIZE, &limit) == 0);
  }
  ~FullDisk() {
    ::setrlimit(RLIMIT_FSIZE, &before_);
    std::signal(SIGXFSZ, handler_);
  }
  FullDisk(const FullDisk&) = delete;
  FullDisk& operator=(const FullDisk&) = delete;

 private:
  rlimit before_{};
  void (*handler_)(int);
};

// Adds one to a counter, unless another thread comes first.
persist_code count_up(persist_transaction* writer) {
  const void* value = nullptr;
  size_t size = 0;
  const persist_code found = persist_transaction_get(writer, "n", 1, &value, &size, nullptr);
  if (found != PERSIST_OK) return found;
  const int count = std::stoi(std::string(static_cast<const char*>(value), size));
  const std::string next = std::to_string(count + 1);
  const persist_code written =
      persist_transaction_set(writer, "n", 1, next.data(), next.size(), nullptr);
  if (written != PERSIST_OK) return written;
  return persist_transaction_commit(writer, nullptr, nullptr);
}

void count_up_to_the_end(persist_database* database) {
  for (persist_code code = PERSIST_CONFLICT; code == PERSIST_CONFLICT;) {
    persist_transaction* writer = nullptr;
    code = persist_database_begin(database, PERSIST_TRANSACTION_WRITE, &writer, nullptr);
    if (code == PERSIST_OK) code = count_up(writer);
    persist_transaction_free(writer);
  }
}

}  // namespace

TEST_CASE("a second writer is told at once that the directory is busy") {
  const TemporaryDirectory directory;
  const auto first = open(directory.path());
  persist_database* second = nullptr;
  Failure failure;
  const auto options = logged();
  CHECK(persist_database_open(directory.path().c_str(), &options, &second, failure.slot()) ==
        PERSIST_BUSY);
  CHECK(second == nullptr);
  must([&](auto e) { return persist_database_close(first.get(), e); });
  open(directory.path());
}

TEST_CASE("the options choose files, line and compression") {
  const TemporaryDirectory directory;
  auto options = logged();
  options.log_path = "other.log";
  options.snapshot_path = "other.snapshot";
  options.compression = PERSIST_COMPRESSION_LZ4;
  options.release_line = PERSIST_LINE_1_0;
  const auto database = open(directory.path(), options);
  CHECK(read_file(directory / "other.log") == std::string("\xFFSMXAOL\x01", 8));
  write(database, "k", "v");
  uint64_t version = 0;
  must([&](auto e) { return persist_database_snapshot(database.get(), &version, e); });
  CHECK(version == 1);
  CHECK(read_file(directory / "other.snapshot").substr(0, 4) == "\x04\x22\x4D\x18");
}

TEST_CASE("no options mean no log") {
  const TemporaryDirectory directory;
  persist_database* raw = nullptr;
  must([&](auto e) { return persist_database_open(directory.path().c_str(), nullptr, &raw, e); });
  const Owned<persist_database> database(raw);
  write(database, "k", "v");
  CHECK(directory.names().empty());
}

TEST_CASE("stats count what was written") {
  const TemporaryDirectory directory;
  auto options = logged();
  options.fsync_mode = PERSIST_FSYNC_EVERY_APPEND;
  const auto database = open(directory.path(), options);
  write(database, "key", "value");
  const auto reader = begin(database, PERSIST_TRANSACTION_READ);
  const persist_stats stats = stats_of(database);
  CHECK(stats.keys == 1);
  CHECK(stats.versions == 1);
  CHECK(stats.data_bytes == 8);
  CHECK(stats.newest_version == 1);
  CHECK(stats.logged_version == 1);
  CHECK(stats.open_transactions == 1);
  CHECK(stats.oldest_pinned_version == 1);
  CHECK(stats.log_bytes == read_file(directory / "aol.bin").size());
  CHECK(stats.log_synced_bytes == stats.log_bytes);
}

TEST_CASE("an asynchronous queue that is full refuses a commit, which stays open") {
  const TemporaryDirectory directory;
  auto options = logged();
  options.aol_mode = PERSIST_AOL_ASYNCHRONOUS;
  options.max_queued_bytes = 8;  // less than any commit
  const auto database = open(directory.path(), options);
  const auto writer = begin(database);
  REQUIRE(set(writer, "k", "v") == PERSIST_OK);
  CHECK(commit(writer) == PERSIST_QUEUE_FULL);
  CHECK(persist_transaction_is_open(writer.get()) == 1);
  CHECK(stats_of(database).refused_commits == 1);
}

TEST_CASE("draining and syncing bring asynchronous commits to the log") {
  const TemporaryDirectory directory;
  auto options = logged();
  options.aol_mode = PERSIST_AOL_ASYNCHRONOUS;
  const auto database = open(directory.path(), options);
  write(database, "k", "v");
  must([&](auto e) { return persist_database_drain(database.get(), e); });
  CHECK(stats_of(database).logged_version == 1);
  must([&](auto e) { return persist_database_sync(database.get(), e); });
  const persist_stats stats = stats_of(database);
  CHECK(stats.log_synced_bytes == stats.log_bytes);
}

TEST_CASE("once the log has failed reads go on, commits fail, and health says why") {
  const TemporaryDirectory directory;
  const auto database = open(directory.path());
  write(database, "k", "v");
  CHECK(persist_database_health(database.get(), nullptr) == PERSIST_OK);
  {
    const FullDisk full(read_file(directory / "aol.bin").size() + 5);
    const auto writer = begin(database);
    REQUIRE(set(writer, "k", "lost") == PERSIST_OK);
    Failure failure;
    CHECK(commit(writer, failure.slot()) == PERSIST_NO_SPACE);
    CHECK(persist_error_path(failure.get()) == directory / "aol.bin");
  }
  const auto writer = begin(database);
  REQUIRE(set(writer, "k", "refused") == PERSIST_OK);
  CHECK(commit(writer) == PERSIST_POISONED);
  Failure reason;
  CHECK(persist_database_health(database.get(), reason.slot()) == PERSIST_NO_SPACE);
  CHECK(persist_error_os_error(reason.get()) == EFBIG);
  CHECK(get(database, "k") == OptionalText("v"));
  CHECK(persist_database_close(database.get(), nullptr) == PERSIST_NO_SPACE);
  CHECK(get(open(directory.path()), "k") == OptionalText("v"));
}

TEST_CASE("a closed database answers every call with closed, and closing again with its result") {
  const TemporaryDirectory directory;
  const auto database = open(directory.path());
  write(database, "k", "v");
  const auto reader = begin(database, PERSIST_TRANSACTION_READ);
  const auto writer = begin(database);
  REQUIRE(set(writer, "k", "late") == PERSIST_OK);
  must([&](auto e) { return persist_database_close(database.get(), e); });
  must([&](auto e) { return persist_database_close(database.get(), e); });
  CHECK(get(reader, "k") == OptionalText("v"));
  CHECK(commit(writer) == PERSIST_CLOSED);

  persist_transaction* none = nullptr;
  uint64_t version = 0;
  auto stats = sized<persist_stats>();
  persist_database* const d = database.get();
  CHECK(persist_database_begin(d, PERSIST_TRANSACTION_READ, &none, nullptr) == PERSIST_CLOSED);
  CHECK(persist_database_begin_read_at(d, 1, &none, nullptr) == PERSIST_CLOSED);
  CHECK(persist_database_snapshot(d, &version, nullptr) == PERSIST_CLOSED);
  CHECK(persist_database_drain(d, nullptr) == PERSIST_CLOSED);
  CHECK(persist_database_sync(d, nullptr) == PERSIST_CLOSED);
  CHECK(persist_database_stats(d, &stats, nullptr) == PERSIST_CLOSED);
  CHECK(persist_database_health(d, nullptr) == PERSIST_CLOSED);
}

TEST_CASE("two threads count on one handle without losing a step") {
  constexpr int steps = 200;
  const TemporaryDirectory directory;
  const auto database = open(directory.path());
  write(database, "n", "0");
  const auto count = [&] {
    for (int i = 0; i < steps; ++i) count_up_to_the_end(database.get());
  };
  std::thread other(count);
  count();
  other.join();
  CHECK(get(database, "n") == OptionalText(std::to_string(2 * steps)));
}

TEST_CASE("a database may be closed while other threads use it") {
  const TemporaryDirectory directory;
  const auto database = open(directory.path());
  std::atomic<bool> has_begun{false};
  std::thread other([&] {
    for (;;) {
      auto stats = sized<persist_stats>();
      if (persist_database_stats(database.get(), &stats, nullptr) != PERSIST_OK) return;
      const persist_code code = persist_database_sync(database.get(), nullptr);
      if (code != PERSIST_OK && code != PERSIST_CLOSED) return;
      has_begun = true;
    }
  });
  while (!has_begun) std::this_thread::yield();
  CHECK(persist_database_close(database.get(), nullptr) == PERSIST_OK);
  other.join();
}

TEST_CASE("closing does not wait for an end of the calls that threads make one after the other") {
  const TemporaryDirectory directory;
  const auto database = open(directory.path());
  for (int i = 0; i < 2000; ++i) write(database, std::to_string(i), "value");
  std::atomic<bool> gives_up{false};
  std::atomic<int> running{0};
  // One call or another holds the handle at every moment.
  const auto call = [&] {
    uint64_t version = 0;
    ++running;
    while (!gives_up &&
           persist_database_snapshot(database.get(), &version, nullptr) == PERSIST_OK) {
    }
  };
  std::vector<std::thread> threads;
  for (int i = 0; i < 4; ++i) threads.emplace_back(call);
  while (running < 4) std::this_thread::yield();
  std::atomic<bool> is_closed{false};
  std::thread closer([&] {
    CHECK(persist_database_close(database.get(), nullptr) == PERSIST_OK);
    is_closed = true;
  });
  for (int wait = 0; wait < 10'000 && !is_closed; ++wait) {
    std::this_thread::sleep_for(std::chrono::milliseconds(1));
  }
  CHECK(is_closed);
  gives_up = true;
  closer.join();
  for (std::thread& thread : threads) thread.join();
}

TEST_CASE("the version is the project's") {
  CHECK(std::string(persist_version()) == PERSIST_EXPECTED_VERSION);
}
