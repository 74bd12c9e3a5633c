// Writes a log of a size and shape, for compare.py: JSON-like text of a small vocabulary, as
// records of an application are, so that LZ4 finds about as much to do as it would there.
#include <fmt/format.h>

#include <CLI/CLI.hpp>
#include <cstdio>
#include <map>
#include <memory>
#include <persist/log_builder.hpp>
#include <random>

namespace {

using namespace persist;

struct Shape {
  ReleaseLine line = ReleaseLine::v1_1;
  std::uint64_t bytes = 120'000'000;
  std::size_t value_bytes = 200;
  std::uint64_t keys_a_commit = 1;
  bool random_keys = false;
};

std::string text(std::mt19937_64& random, std::size_t length) {
  constexpr std::array<std::string_view, 16> words{
      "alpha", "bravo", "charlie", "delta", "echo", "foxtrot",  "golf",  "hotel",
      "india", "july",  "kilo",    "lima",  "mike", "november", "oscar", "papa"};
  std::string out = "{\"name\":\"";
  while (out.size() + 2 < length) {
    const std::uint64_t chosen = random();
    out += words[chosen % words.size()];
    out += std::to_string(chosen >> 54U);
  }
  out.resize(length - 2);
  return out += "\"}";
}

std::string key_of(const Shape& shape, std::uint64_t number) {
  // An odd multiplier permutes 64-bit numbers: as many distinct keys, in no order.
  return fmt::format("user:{:016x}", shape.random_keys ? number * 0x9E3779B97F4A7C15U : number);
}

// The version that a clock gives up to line 0.18, or a count.
std::uint64_t first_version(ReleaseLine line) {
  return line == ReleaseLine::v0_18 ? 1'700'000'000'000'000'000U : 1;
}

Result<> write(const Shape& shape, LogBuilder& log) {
  std::mt19937_64 random(1);
  PERSIST_TRY(log.begin());
  std::uint64_t number = 0;
  for (std::uint64_t version = first_version(shape.line); log.size_bytes() < shape.bytes;
       ++version) {
    std::map<std::string, std::string> rows;
    for (std::uint64_t i = 0; i < shape.keys_a_commit; ++i) {
      rows.emplace(key_of(shape, ++number), text(random, shape.value_bytes));
    }
    std::vector<RecordView> records;
    for (const auto& [key, value] : rows) records.push_back({key, version, ByteView(value)});
    PERSIST_TRY(log.add(records));
  }
  return {};
}

}  // namespace

int main(int argc, char** argv) {
  CLI::App app("Write a log for measuring");
  std::string path;
  std::string line = "1.1";
  Shape shape;
  app.add_option("FILE", path)->required();
  app.add_option("--line", line);
  app.add_option("--bytes", shape.bytes);
  app.add_option("--value-size", shape.value_bytes)->check(CLI::Range(16, 1 << 28));
  app.add_option("--ops", shape.keys_a_commit);
  app.add_flag("--random", shape.random_keys);
  CLI11_PARSE(app, argc, argv);
  shape.line = release_line_from(line).value_or(ReleaseLine::v1_1);

  const std::unique_ptr<std::FILE, int (*)(std::FILE*)> file(std::fopen(path.c_str(), "wb"),
                                                             &std::fclose);
  LogBuilder log(log_format_of(shape.line), [&file](ByteView bytes) -> Result<> {
    if (std::fwrite(bytes.data(), 1, bytes.size(), file.get()) == bytes.size()) return {};
    return fail(ErrorCode::io, "", "cannot write");
  });
  if (!file || !write(shape, log) || std::fflush(file.get()) != 0) {
    fmt::print(stderr, "{}: cannot write it\n", path);
    return 74;
  }
  return 0;
}
