// The state of 500,000 records of about 230 bytes: reading it, ordering it, visiting it.
#include <benchmark/benchmark.h>

#include <cstdlib>
#include <filesystem>
#include <map>
#include <persist/fingerprint.hpp>
#include <persist/log_builder.hpp>
#include <persist/state.hpp>
#include <random>

#include "support/temporary_directory.hpp"

namespace {

using namespace persist;

enum class Keys { sequential, random };

constexpr std::uint64_t record_count = 500'000;
constexpr std::size_t value_bytes = 200;

std::string key_of(Keys keys, std::uint64_t number) {
  // Odd multipliers permute 64-bit numbers: as many distinct keys, in no order.
  const std::uint64_t shown = keys == Keys::random ? number * 0x9E3779B97F4A7C15U : number;
  char digits[32];
  std::snprintf(digits, sizeof digits, "user:%016llx", static_cast<unsigned long long>(shown));
  return digits;
}

// A log of one-record commits (or of a hundred records each), written once for each kind.
const std::string& log_path(LogFormat format, Keys keys, std::uint64_t records_per_commit) {
  static const test::TemporaryDirectory directory;
  static std::map<std::tuple<LogFormat, Keys, std::uint64_t>, std::string> paths;
  std::string& path = paths[{format, keys, records_per_commit}];
  if (!path.empty()) return path;
  path = directory / std::to_string(paths.size());
  std::string bytes;
  LogBuilder builder(format, [&bytes](ByteView piece) -> Result<> {
    bytes.append(piece);
    return {};
  });
  bool fine = builder.begin().has_value();
  std::mt19937_64 random(1);
  std::string value(value_bytes, ' ');
  for (std::uint64_t i = 0; i < record_count; i += records_per_commit) {
    std::map<std::string, std::string> commit;
    for (std::uint64_t n = 0; n < records_per_commit; ++n) {
      for (char& c : value) c = static_cast<char>('a' + random() % 26);
      commit.emplace(key_of(keys, i + n), value);
    }
    std::vector<RecordView> records;
    for (const auto& [key, text] : commit) records.push_back({key, i + 1, text});
    fine = fine && builder.add(records);
  }
  if (!fine) std::abort();
  test::write_file(path, bytes);
  return path;
}

struct Arguments {
  explicit Arguments(const benchmark::State& bench)
      : path(log_path(static_cast<LogFormat>(bench.range(0)), static_cast<Keys>(bench.range(1)),
                      static_cast<std::uint64_t>(bench.range(2)))),
        file(*posix_file_system().open(path, OpenMode::read)) {}

  std::string path;
  std::unique_ptr<File> file;
};

void report(benchmark::State& bench, const Arguments& arguments) {
  const auto bytes = static_cast<std::int64_t>(std::filesystem::file_size(arguments.path));
  bench.SetItemsProcessed(bench.iterations() * static_cast<std::int64_t>(record_count));
  bench.SetBytesProcessed(bench.iterations() * bytes);
}

State load(Arguments& arguments, std::uint64_t max_memory_bytes) {
  StateOptions options;
  options.max_memory_bytes = max_memory_bytes;
  auto state = State::load(posix_file_system(), arguments.file.get(), nullptr, options);
  if (!state) std::abort();
  return *std::move(state);
}

constexpr std::uint64_t ample_memory_bytes = std::uint64_t{4} << 30U;

// The floor of loading: the same reader, and nothing done with what it yields.
void read_only(benchmark::State& bench) {
  class Ignore final : public LogSink {
   public:
    bool on_commit(const Commit&) override { return true; }
    bool on_damage(const Damage&) override { return true; }
  };
  Arguments arguments(bench);
  for (auto _ : bench) {
    Ignore sink;
    if (!read_log(*arguments.file, {}, sink)) std::abort();
  }
  report(bench, arguments);
}

void load_in_memory(benchmark::State& bench) {
  Arguments arguments(bench);
  for (auto _ : bench) benchmark::DoNotOptimize(load(arguments, ample_memory_bytes));
  report(bench, arguments);
}

void load_and_fingerprint(benchmark::State& bench) {
  Arguments arguments(bench);
  for (auto _ : bench) {
    const State state = load(arguments, ample_memory_bytes);
    Fingerprint fingerprint;
    (void)state.for_each([&](const KeyState& key) {
      fingerprint.add(key.key, *key.versions[0].value);
      return true;
    });
    benchmark::DoNotOptimize(fingerprint.to_string());
  }
  report(bench, arguments);
}

void load_spilling(benchmark::State& bench) {
  Arguments arguments(bench);
  for (auto _ : bench) benchmark::DoNotOptimize(load(arguments, std::uint64_t{32} << 20U));
  report(bench, arguments);
}

void visit(benchmark::State& bench, std::uint64_t max_memory_bytes) {
  Arguments arguments(bench);
  const State state = load(arguments, max_memory_bytes);
  for (auto _ : bench) {
    std::uint64_t bytes = 0;
    (void)state.for_each([&](const KeyState& key) {
      bytes += key.key.size() + static_cast<unsigned char>(key.versions[0].value->back());
      return true;
    });
    benchmark::DoNotOptimize(bytes);
  }
  report(bench, arguments);
}
void visit_in_memory(benchmark::State& bench) {
  visit(bench, ample_memory_bytes);
}
void visit_spilled(benchmark::State& bench) {
  visit(bench, std::uint64_t{32} << 20U);
}

void get(benchmark::State& bench) {
  Arguments arguments(bench);
  const State state = load(arguments, ample_memory_bytes);
  std::uint64_t number = 0;
  for (auto _ : bench) {
    number = (number + 7919) % record_count;
    benchmark::DoNotOptimize(state.get(key_of(static_cast<Keys>(bench.range(1)), number)));
  }
}

void all_kinds(benchmark::internal::Benchmark* bench) {
  bench->ArgNames({"format", "random", "keys_a_commit"})
      ->UseRealTime()
      ->Unit(benchmark::kMillisecond);
  for (const LogFormat format : {LogFormat::legacy, LogFormat::framed_2}) {
    for (const Keys keys : {Keys::sequential, Keys::random}) {
      for (const std::int64_t records_per_commit : {1, 100}) {
        bench->Args({static_cast<std::int64_t>(format), static_cast<std::int64_t>(keys),
                     records_per_commit});
      }
    }
  }
}
void framed_kinds(benchmark::internal::Benchmark* bench) {
  bench->ArgNames({"format", "random", "keys_a_commit"})
      ->UseRealTime()
      ->Unit(benchmark::kMillisecond);
  for (const std::int64_t keys : {0, 1}) {
    bench->Args({static_cast<std::int64_t>(LogFormat::framed_2), keys, 1});
  }
}

BENCHMARK(read_only)->Apply(all_kinds);
BENCHMARK(load_in_memory)->Apply(all_kinds);
BENCHMARK(load_and_fingerprint)->Apply(framed_kinds);
BENCHMARK(load_spilling)->Apply(framed_kinds);
BENCHMARK(visit_in_memory)->Apply(framed_kinds);
BENCHMARK(visit_spilled)->Apply(framed_kinds);
BENCHMARK(get)->Apply(framed_kinds)->Unit(benchmark::kMicrosecond);

}  // namespace
