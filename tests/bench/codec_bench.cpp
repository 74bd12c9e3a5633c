// The codecs alone, in memory: what a reader could reach if nothing else cost anything.
#include <benchmark/benchmark.h>

#include <cstdlib>
#include <persist/formats/frame.hpp>
#include <persist/formats/record.hpp>
#include <persist/formats/varint.hpp>
#include <string>
#include <vector>

namespace {

using namespace persist;
using namespace persist::formats;

void report(benchmark::State& bench, std::size_t bytes) {
  bench.SetBytesProcessed(bench.iterations() * static_cast<std::int64_t>(bytes));
}

// Numbers whose encodings take 1, 3, 5 and 9 bytes by turns.
std::string varints(std::size_t count) {
  std::string bytes;
  for (std::size_t i = 0; i < count; ++i) append_varint(bytes, std::uint64_t{1} << (i % 4 * 20U));
  return bytes;
}

void decode_varints(benchmark::State& bench) {
  constexpr std::size_t count = 4096;
  const std::string bytes = varints(count);
  for (auto _ : bench) {
    Cursor cursor{ByteView(bytes)};
    for (std::size_t i = 0; i < count; ++i) benchmark::DoNotOptimize(cursor.take_varint());
  }
  report(bench, bytes.size());
}

std::string payload(std::size_t records, std::size_t value_bytes) {
  std::string bytes;
  const std::string value(value_bytes, 'v');
  for (std::size_t i = 0; i < records; ++i) {
    const std::string key = "user:" + std::to_string(1'000'000 + i);
    append_record(bytes, {ByteView(key), 7, ByteView(value)});
  }
  return bytes;
}

void decode_records(benchmark::State& bench) {
  const std::string bytes = payload(100, static_cast<std::size_t>(bench.range(0)));
  std::vector<RecordView> records;
  for (auto _ : bench) {
    if (!decode_payload(bytes, records)) std::abort();
    benchmark::DoNotOptimize(records.data());
  }
  report(bench, bytes.size());
}

void encode_records(benchmark::State& bench) {
  const auto value_bytes = static_cast<std::size_t>(bench.range(0));
  std::size_t bytes = 0;
  for (auto _ : bench) bytes = payload(100, value_bytes).size();
  report(bench, bytes);
}

void checksum_payload(benchmark::State& bench) {
  const std::string bytes = payload(1, static_cast<std::size_t>(bench.range(0)));
  for (auto _ : bench) benchmark::DoNotOptimize(payload_checksum(bytes));
  report(bench, bytes.size());
}

void decode_whole_frame(benchmark::State& bench) {
  std::string bytes;
  append_frame(bytes, payload(1, static_cast<std::size_t>(bench.range(0))), 0, FrameVersion::v2);
  std::vector<RecordView> records;
  for (auto _ : bench) benchmark::DoNotOptimize(decode_frame(bytes, FrameVersion::v2, records));
  report(bench, bytes.size());
}

BENCHMARK(decode_varints);
BENCHMARK(decode_records)->Arg(16)->Arg(200)->Arg(10'000);
BENCHMARK(encode_records)->Arg(16)->Arg(200)->Arg(10'000);
BENCHMARK(checksum_payload)->Arg(200)->Arg(100'000);
BENCHMARK(decode_whole_frame)->Arg(16)->Arg(200)->Arg(100'000);

}  // namespace
