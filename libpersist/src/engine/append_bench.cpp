#include <algorithm>
#include <atomic>
#include <cstdio>
#include <cstring>
#include <mutex>
#include <persist/append_bench.hpp>
#include <random>
#include <system_error>
#include <thread>
#include <vector>

namespace persist {
namespace {

using std::chrono::steady_clock;

constexpr std::uint64_t keys_per_writer = 100'000;

// What the writers share.
class Run {
 public:
  Run(Database& database, const AppendBenchOptions& options)
      : database_(database),
        options_(options),
        end_(steady_clock::now() +
             std::chrono::duration_cast<steady_clock::duration>(options.duration)) {}

  void write(std::uint64_t writer) {
    std::mt19937_64 random(options_.seed * 1'000'003 + writer);
    std::uint64_t commits = 0;
    while (goes_on()) {
      if (auto committed = commit_one(writer, random); !committed) {
        fail_with(std::move(committed).error());
        break;
      }
      ++commits;
    }
    commits_ += commits;
  }

  void stop() noexcept { is_stopped_ = true; }
  [[nodiscard]] std::uint64_t commits() const noexcept { return commits_; }
  [[nodiscard]] const std::optional<Error>& failure() const noexcept { return failure_; }

 private:
  [[nodiscard]] bool goes_on() {
    if (is_stopped_ || (options_.should_stop && options_.should_stop())) return false;
    return options_.commits ? started_++ < *options_.commits : steady_clock::now() < end_;
  }

  [[nodiscard]] Result<> commit_one(std::uint64_t writer, std::mt19937_64& random) {
    PERSIST_TRY_ASSIGN(Transaction transaction, database_.begin());
    std::vector<std::string> keys;
    std::string value(options_.value_size_bytes, '\0');
    for (std::uint64_t i = 0; i < options_.keys_per_commit; ++i) {
      char key[64];
      const int length = std::snprintf(key, sizeof key, "bench:%04llu:%012llu",
                                       static_cast<unsigned long long>(writer),
                                       static_cast<unsigned long long>(random() % keys_per_writer));
      fill(value, random);
      const ByteView view(key, static_cast<std::size_t>(length));
      PERSIST_TRY(transaction.set(view, value));
      if (options_.on_acknowledged) keys.emplace_back(view);
    }
    PERSIST_TRY_ASSIGN(const Version version, transaction.commit());
    for (const std::string& key : keys) options_.on_acknowledged(key, version);
    return {};
  }

  static void fill(std::string& value, std::mt19937_64& random) {
    for (std::size_t at = 0; at < value.size(); at += sizeof(std::uint64_t)) {
      const std::uint64_t bits = random();
      std::memcpy(value.data() + at, &bits, std::min(sizeof bits, value.size() - at));
    }
  }

  void fail_with(Error error) {
    const std::scoped_lock lock(failure_mutex_);
    if (!failure_) failure_ = std::move(error);
    is_stopped_ = true;
  }

  Database& database_;
  const AppendBenchOptions& options_;
  const steady_clock::time_point end_;
  std::atomic<std::uint64_t> started_{0};
  std::atomic<std::uint64_t> commits_{0};
  std::atomic<bool> is_stopped_{false};
  std::mutex failure_mutex_;
  std::optional<Error> failure_;
};

double seconds_since(steady_clock::time_point begin) {
  return std::chrono::duration<double>(steady_clock::now() - begin).count();
}

}  // namespace

Result<AppendBenchResult> bench_append(Database& database, const AppendBenchOptions& options) {
  if (options.writers == 0 || options.keys_per_commit == 0) {
    return fail(ErrorCode::invalid_argument, {}, "a bench needs a writer and a key");
  }
  Run run(database, options);
  const auto begin = steady_clock::now();
  {
    std::vector<std::jthread> writers;
    try {
      for (std::uint64_t writer = 0; writer < options.writers; ++writer) {
        writers.emplace_back([&run, writer] { run.write(writer); });
      }
    } catch (const std::system_error& error) {
      run.stop();
      return fail(ErrorCode::limit, {}, std::string("cannot start a thread: ") + error.what());
    }
  }
  if (run.failure()) return std::unexpected(*run.failure());
  PERSIST_TRY(database.drain());
  AppendBenchResult result;
  result.seconds = seconds_since(begin);
  result.commits = run.commits();
  result.records = result.commits * options.keys_per_commit;
  result.value_bytes = result.records * options.value_size_bytes;
  result.key_bytes = result.records * (sizeof "bench:0000:000000000000" - 1);
  return result;
}

Result<double> measure_append_floor(FileSystem& files, const std::string& directory,
                                    std::uint64_t write_bytes, bool sync_each,
                                    std::chrono::duration<double> duration) {
  PERSIST_TRY_ASSIGN(const auto file, files.create_temporary(directory));
  const std::string bytes(write_bytes, 'x');
  const auto begin = steady_clock::now();
  std::uint64_t writes = 0;
  while (seconds_since(begin) < duration.count()) {
    PERSIST_TRY(file->write_at(writes * write_bytes, bytes));
    if (sync_each) PERSIST_TRY(file->sync());
    ++writes;
  }
  return static_cast<double>(writes) / seconds_since(begin);
}

}  // namespace persist
