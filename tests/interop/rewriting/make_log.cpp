// Makes a log of a given size: for tests of what a database larger than the memory needs.
//
//   make_log FILE FORMAT MEBIBYTES KEYS VALUE_SIZE
//
// FORMAT is legacy, framed-1 or framed-2. Commits of four records over KEYS keys in random order, one
// record in twenty a delete; half of each value is random bytes. Versions count from 1.
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
  Commits(std::uint64_t keys, std::size_t value_size) : keys_(keys), value_(value_size, 'v') {}

  Result<> add_next(LogBuilder& builder) {
    std::set<std::string> keys;
    while (keys.size() < 4) keys.insert(fmt::format("key:{:012}", random_() % keys_));
    std::vector<RecordView> records;
    for (std::size_t i = 0; i < value_.size() / 2; ++i) value_[i] = static_cast<char>(random_());
    for (const std::string& key : keys) {
      RecordView record{key, version_, ByteView(value_)};
      if (random_() % 20 == 0) record.value.reset();
      records.push_back(record);
    }
    ++version_;
    return builder.add(records, builder.size_bytes());
  }

 private:
  std::mt19937_64 random_{1};
  std::uint64_t keys_;
  std::string value_;
  Version version_ = 1;
};

Result<> make(const std::string& path, LogFormat format, std::uint64_t size_bytes,
              std::uint64_t keys, std::size_t value_size) {
  PERSIST_TRY_ASSIGN(AtomicFile file, AtomicFile::create(posix_file_system(), path, "new"));
  LogBuilder builder(format, [&](ByteView bytes) { return file.append(bytes); });
  Commits commits(keys, value_size);
  PERSIST_TRY(builder.begin());
  while (builder.size_bytes() < size_bytes) PERSIST_TRY(commits.add_next(builder));
  return file.commit();
}

}  // namespace

int main(int count, char** arguments) {
  if (count != 6) return 64;
  const auto made = make(arguments[1], format_from(arguments[2]), std::stoull(arguments[3]) << 20U,
                         std::stoull(arguments[4]), std::stoull(arguments[5]));
  if (made) return 0;
  fmt::print(stderr, "{}\n", made.error().to_string());
  return 74;
}
