// Makes a log of a given size: for tests of what a database larger than the memory needs.
//
//   make_log FILE FORMAT MEBIBYTES KEYS VALUE_SIZE [FIRST_VERSION]
//
// FORMAT is legacy, framed-1 or framed-2. Commits of four records over KEYS keys in random order,
// one record in twenty a delete. Values have up to twice VALUE_SIZE bytes, one in a thousand two
// hundred times as many; half of each is random bytes. Versions count from FIRST_VERSION (1).
#include <fmt/format.h>

#include <cstdlib>
#include <persist/atomic_file.hpp>
#include <persist/log_builder.hpp>
#include <random>
#include <set>
#include <string>

namespace {

using namespace persist;

LogFormat format_from(const std::string& name) {
  for (const LogFormat format : {LogFormat::legacy, LogFormat::framed_1, LogFormat::framed_2}) {
    if (name_of(format) == name) return format;
  }
  return LogFormat::framed_2;
}

class Commits {
 public:
  Commits(std::uint64_t keys, std::size_t value_size, Version first)
      : keys_(keys), value_size_(value_size), version_(first), random_(first) {}

  Result<> add_next(LogBuilder& builder) {
    std::set<std::string> keys;
    while (keys.size() < 4) keys.insert(fmt::format("key:{:012}", random_() % keys_));
    std::vector<std::string> values;
    values.reserve(keys.size());
    std::vector<RecordView> records;
    for (const std::string& key : keys) {
      RecordView record{key, version_, ByteView(values.emplace_back(next_value()))};
      if (random_() % 20 == 0) record.value.reset();
      records.push_back(record);
    }
    ++version_;
    return builder.add(records, builder.size_bytes());
  }

 private:
  std::string next_value() {
    const std::size_t most = random_() % 1000 == 0 ? 200 * value_size_ : 2 * value_size_;
    std::string value(random_() % (most + 1), 'v');
    for (std::size_t i = 0; i < value.size() / 2; ++i) value[i] = static_cast<char>(random_());
    return value;
  }

  std::uint64_t keys_;
  std::size_t value_size_;
  Version version_;
  std::mt19937_64 random_;
};

Result<> make(const std::string& path, LogFormat format, std::uint64_t size_bytes,
              std::uint64_t keys, std::size_t value_size, Version first) {
  PERSIST_TRY_ASSIGN(AtomicFile file, AtomicFile::create(posix_file_system(), path, "new"));
  LogBuilder builder(format, [&](ByteView bytes) { return file.append(bytes); });
  Commits commits(keys, value_size, first);
  PERSIST_TRY(builder.begin());
  while (builder.size_bytes() < size_bytes) PERSIST_TRY(commits.add_next(builder));
  return file.commit();
}

}  // namespace

int main(int count, char** arguments) {
  if (count < 6 || count > 7) return 64;
  const auto made = make(arguments[1], format_from(arguments[2]), std::stoull(arguments[3]) << 20U,
                         std::stoull(arguments[4]), std::stoull(arguments[5]),
                         count == 7 ? std::stoull(arguments[6]) : 1);
  if (made) return 0;
  fmt::print(stderr, "{}\n", made.error().to_string());
  return 74;
}
