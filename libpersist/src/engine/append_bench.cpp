#include <algorithm>
#include <array>
#include <atomic>
#include <cstdio>
#include <cstring>
#include <exception>
#include <mutex>
#include <persist/append_bench.hpp>
#include <random>
#include <span>
#include <system_error>
#include <thread>
#include <vector>

namespace persist {
namespace {

using std::chrono::steady_clock;

constexpr std::uint64_t keys_per_writer = 100'000;
constexpr std::size_t key_bytes = sizeof "bench:0000:000000000000" - 1;
// What the log needs above keys and values, about: each line has its own (formats/README.md).
constexpr std::size_t commit_overhead_bytes = 16;
constexpr std::size_t record_overhead_bytes = 8;

// The keys and values of one writer, made one by one.
class Workload {
 public:
  Workload(std::uint64_t seed, std::uint64_t writer)
      : random_(seed * 1'000'003 + writer), writer_(writer) {}

  // Valid until the next one; longer than `key_bytes` from writer 10,000 on.
  ByteView make_key() {
    const int length = std::snprintf(key_.data(), key_.size(), "bench:%04llu:%012llu",
                                     static_cast<unsigned long long>(writer_),
                                     static_cast<unsigned long long>(random_() % keys_per_writer));
    return {key_.data(), static_cast<std::size_t>(length)};
  }
  void make_value(std::span<char> value) {
    for (std::size_t at = 0; at < value.size(); at += sizeof(std::uint64_t)) {
      const std::uint64_t bits = random_();
      std::memcpy(value.data() + at, &bits, std::min(sizeof bits, value.size() - at));
    }
  }

 private:
  std::mt19937_64 random_;
  std::uint64_t writer_;
  std::array<char, 64> key_{};
};

// What the writers share.
class Run {
 public:
  Run(Database& database, const AppendBenchOptions& options)
      : database_(database),
        options_(options),
        end_(steady_clock::now() +
             std::chrono::duration_cast<steady_clock::duration>(options.duration)) {}

  // A thread's whole work: what is thrown in it is kept for the caller's.
  void write(std::uint64_t writer) noexcept {
    try {
      commit_all(writer);
    } catch (...) {
      const std::scoped_lock lock(failure_mutex_);
      if (!thrown_) thrown_ = std::current_exception();
      is_stopped_ = true;
    }
  }

  void stop() noexcept { is_stopped_ = true; }
  [[nodiscard]] std::uint64_t commits() const noexcept { return commits_; }
  // The first commit's that failed. Throws what a writer threw. Once all have ended.
  [[nodiscard]] Result<> outcome() const {
    if (thrown_) std::rethrow_exception(thrown_);
    if (failure_) return std::unexpected(*failure_);
    return {};
  }

 private:
  [[nodiscard]] bool goes_on() {
    if (is_stopped_ || (options_.should_stop && options_.should_stop())) return false;
    return options_.commits ? started_++ < *options_.commits : steady_clock::now() < end_;
  }

  void commit_all(std::uint64_t writer) {
    Workload workload(options_.seed, writer);
    std::uint64_t commits = 0;
    while (goes_on()) {
      if (auto committed = commit_one(workload); !committed) {
        fail_with(std::move(committed).error());
        break;
      }
      ++commits;
    }
    commits_ += commits;
  }

  [[nodiscard]] Result<> commit_one(Workload& workload) {
    PERSIST_TRY_ASSIGN(Transaction transaction, database_.begin());
    std::vector<std::string> keys;
    std::string value(options_.value_size_bytes, '\0');
    for (std::uint64_t i = 0; i < options_.keys_per_commit; ++i) {
      const ByteView key = workload.make_key();
      workload.make_value(value);
      PERSIST_TRY(transaction.set(key, value));
      if (options_.on_acknowledged) keys.emplace_back(key);
    }
    PERSIST_TRY_ASSIGN(const Version version, transaction.commit());
    for (const std::string& acknowledged : keys) options_.on_acknowledged(acknowledged, version);
    return {};
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
  std::exception_ptr thrown_;
};

// Returns when every writer has ended.
Result<> run_writers(Run& run, std::uint64_t count) {
  std::vector<std::jthread> writers;
  try {
    for (std::uint64_t writer = 0; writer < count; ++writer) {
      writers.emplace_back([&run, writer] { run.write(writer); });
    }
    return {};
  } catch (const std::system_error& error) {
    run.stop();
    return std::unexpected(
        Error{ErrorCode::limit, "cannot start a thread", {}, {}, {}, error.code().value()});
  } catch (...) {
    run.stop();  // or those that were started would go on to their end
    throw;
  }
}

// None where 64 bits do not hold it, and no memory would.
std::optional<std::size_t> commit_size_bytes(const AppendBenchOptions& options) {
  std::size_t record_bytes = record_overhead_bytes + key_bytes;
  std::size_t total = 0;
  if (__builtin_add_overflow(record_bytes, options.value_size_bytes, &record_bytes) ||
      __builtin_mul_overflow(record_bytes, options.keys_per_commit, &total) ||
      __builtin_add_overflow(total, commit_overhead_bytes, &total)) {
    return std::nullopt;
  }
  return total;
}

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
  PERSIST_TRY(run_writers(run, options.writers));
  PERSIST_TRY(run.outcome());
  PERSIST_TRY(database.drain());
  AppendBenchResult result;
  result.seconds = seconds_since(begin);
  result.commits = run.commits();
  result.records = result.commits * options.keys_per_commit;
  result.value_bytes = result.records * options.value_size_bytes;
  result.key_bytes = result.records * key_bytes;
  return result;
}

Result<double> measure_append_floor(FileSystem& files, const std::string& directory,
                                    const AppendBenchOptions& options, bool sync_each) {
  const auto commit_bytes = commit_size_bytes(options);
  if (!commit_bytes) return fail(ErrorCode::no_memory, {}, "no memory holds so large a commit");
  PERSIST_TRY_ASSIGN(const auto file, files.create_temporary(directory));
  const std::size_t record_bytes = record_overhead_bytes + key_bytes + options.value_size_bytes;
  std::string bytes(*commit_bytes, '\0');
  Workload workload(options.seed, 0);
  const auto begin = steady_clock::now();
  std::uint64_t writes = 0;
  while (seconds_since(begin) < options.duration.count()) {
    for (std::size_t at = commit_overhead_bytes; at < bytes.size(); at += record_bytes) {
      char* const key = bytes.data() + at + record_overhead_bytes;
      workload.make_key().copy(key, key_bytes);
      workload.make_value({key + key_bytes, options.value_size_bytes});
    }
    PERSIST_TRY(file->write_at(writes * bytes.size(), bytes));
    if (sync_each) PERSIST_TRY(file->sync());
    ++writes;
  }
  return static_cast<double>(writes) / seconds_since(begin);
}

}  // namespace persist
