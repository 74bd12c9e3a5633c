// What a snapshot yields, kept, and snapshots made by hand.
#pragma once

#include <optional>
#include <persist/snapshot_reader.hpp>
#include <string>
#include <vector>

namespace persist::test {

struct KeptVersion {
  Version version = 0;
  std::optional<std::string> value;
  friend bool operator==(const KeptVersion&, const KeptVersion&) = default;
};

struct KeptEntry {
  std::string key;
  std::vector<KeptVersion> versions;
  std::uint64_t offset = 0;
  std::uint64_t length = 0;
  bool uncertain = false;

  // What it says, wherever it lies.
  friend bool operator==(const KeptEntry& a, const KeptEntry& b) {
    return a.key == b.key && a.versions == b.versions;
  }
};

struct ReadBack {
  std::vector<KeptEntry> entries;
  std::vector<Damage> damage;
  SnapshotSummary summary;

  [[nodiscard]] std::vector<DamageCode> codes() const;
};

// Reads bytes as a snapshot; fails the test on an error.
[[nodiscard]] ReadBack read_back(std::string bytes);
[[nodiscard]] Result<SnapshotSummary> read_with(std::string bytes, SnapshotSink& sink);

// An entry of one version, and entries of consecutive keys.
[[nodiscard]] std::string entry_bytes(std::string_view key, Version version,
                                      std::string_view value);
struct MadeSnapshot {
  std::string bytes;
  std::vector<KeptEntry> entries;
};
[[nodiscard]] MadeSnapshot make_snapshot(std::size_t entries, std::size_t value_length_bytes = 40);
[[nodiscard]] std::string header_bytes(Version covered);

// Every snapshot of testdata that is no damaged one.
[[nodiscard]] std::vector<std::string> real_snapshots();
[[nodiscard]] std::string read_testdata(const std::string& path);

// The entries of `some` that are not in `all`: empty when nothing is invented.
[[nodiscard]] std::vector<KeptEntry> not_in(const std::vector<KeptEntry>& some,
                                            const std::vector<KeptEntry>& all);

}  // namespace persist::test
