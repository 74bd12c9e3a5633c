// Random histories of keys of many shapes, and the model they are compared with.
#pragma once

#include <map>
#include <optional>
#include <persist/formats/record.hpp>
#include <random>
#include <string>
#include <vector>

namespace persist::test {

// For sorters: everything but a record is spilled, or nothing.
inline constexpr std::uint64_t smallest_memory_bytes = 1;
inline constexpr std::uint64_t ample_memory_bytes = std::uint64_t{1} << 28U;

struct OwnedRecord {
  std::string key;
  Version version = 0;
  std::optional<std::string> value;

  [[nodiscard]] formats::RecordView view() const {
    formats::RecordView record{key, version, std::nullopt};
    if (value) record.value = *value;
    return record;
  }
};

// What FORMATS says, in the plainest way: of equal versions the last that arrived.
class Model {
 public:
  using Versions = std::map<Version, std::optional<std::string>>;
  using Keys = std::map<std::string, Versions>;

  void add(const OwnedRecord& record) { keys_[record.key][record.version] = record.value; }

  [[nodiscard]] Keys history(std::optional<Version> at = {}) const {
    Keys keys;
    for (const auto& [key, versions] : keys_) {
      Versions seen(versions.begin(), at ? versions.upper_bound(*at) : versions.end());
      if (!seen.empty()) keys[key] = std::move(seen);
    }
    return keys;
  }
  // Live keys with the version that counts.
  [[nodiscard]] Keys newest(std::optional<Version> at = {}) const {
    Keys keys;
    for (const auto& [key, versions] : history(at)) {
      if (versions.rbegin()->second) keys[key] = {*versions.rbegin()};
    }
    return keys;
  }

 private:
  Keys keys_;
};

// Keys: empty, single bytes, zeros and 0xFF at the end, long shared beginnings, one a prefix of
// another, long ones.
inline std::string random_key(std::mt19937& random) {
  static const std::vector<std::string> beginnings{"",
                                                   std::string("\0", 1),
                                                   "\xFF",
                                                   "user:",
                                                   std::string("/*\0\0\0\1*\0\0\0\2*person\0*", 20),
                                                   std::string(40, 'k'),
                                                   std::string(3000, '\xFE')};
  std::string key = beginnings[random() % beginnings.size()];
  for (std::size_t length = random() % 4; length > 0; --length) {
    key.push_back("\0\1a\xFF"[random() % 4]);
  }
  if (random() % 2 == 0) key += std::to_string(random() % 40);
  return key;
}

// Keys as applications write them. The reader of legacy logs has no checksum to go by: it learns
// how keys look, and may take records with keys of no shape at all for damage.
inline std::string random_plain_key(std::mt19937& random) {
  const std::string digits = std::to_string(100'000 + random() % 60);
  return "user:" + digits;
}

inline OwnedRecord random_record(std::mt19937& random, std::string key, Version version) {
  OwnedRecord record{std::move(key), version, std::nullopt};
  if (random() % 4 != 0) {
    const std::size_t length = random() % 50 == 0 ? random() % 20'000 : random() % 60;
    record.value = std::string(length, static_cast<char>('a' + random() % 26));
  }
  return record;
}

}  // namespace persist::test
