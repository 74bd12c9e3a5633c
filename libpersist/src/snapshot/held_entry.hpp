// An entry that outlives the reader's call, for those to whom what follows it matters.
#pragma once

#include <optional>
#include <persist/snapshot_reader.hpp>
#include <span>
#include <string>
#include <vector>

namespace persist {

class HeldEntry {
 public:
  HeldEntry(ByteView key, std::span<const VersionedValue> versions) : key_(key) {
    for (const VersionedValue& item : versions) {
      numbers_.push_back(item.version);
      values_.emplace_back(item.value);
    }
  }

  [[nodiscard]] const std::string& key() const noexcept { return key_; }
  // Views into this entry.
  [[nodiscard]] std::vector<VersionedValue> versions() const {
    std::vector<VersionedValue> versions;
    versions.reserve(numbers_.size());
    for (std::size_t i = 0; i < numbers_.size(); ++i) {
      versions.push_back({numbers_[i], values_[i]});
    }
    return versions;
  }

 private:
  std::string key_;
  std::vector<Version> numbers_;
  std::vector<std::optional<std::string>> values_;
};

}  // namespace persist
