// Entries that decode but are not handed on yet: what follows them may still show that one of them
// is not what it seems.
#pragma once

#include <optional>
#include <persist/snapshot_reader.hpp>
#include <string>
#include <vector>

#include "snapshot/entry_chain.hpp"
#include "snapshot/entry_scan.hpp"
#include "snapshot/entry_window.hpp"

namespace persist::snapshot {

class EntryQueue {
 public:
  EntryQueue(EntryWindow& window, EntrySource& source, SnapshotSink& sink, SnapshotSummary& summary)
      : window_(window), source_(source), sink_(sink), summary_(summary) {}

  struct Item {
    std::uint64_t offset = 0;  // in the stream
    std::size_t length = 0;
    std::size_t key_at = 0;  // in the entry
    std::size_t key_length = 0;
    bool uncertain = false;
  };

  // `bytes`: where the entry begins, at `offset` of the stream.
  void push(std::uint64_t offset, ByteView bytes, const EntryScan& entry, bool uncertain) {
    items_.push_back({offset, static_cast<std::size_t>(entry.length_bytes),
                      static_cast<std::size_t>(entry.key.data() - bytes.data()), entry.key.size(),
                      uncertain});
  }

  [[nodiscard]] std::size_t size() const noexcept { return items_.size(); }
  [[nodiscard]] bool empty() const noexcept { return items_.empty(); }
  // By age, 0 the oldest. Views are valid as long as the window's.
  [[nodiscard]] const Item& item(std::size_t index) const noexcept { return items_[index]; }
  [[nodiscard]] ByteView key(std::size_t index) const noexcept;
  [[nodiscard]] ByteView bytes(std::size_t index) const noexcept;
  // The key that the next entry has to be above when the `dropped` newest are left out; none before
  // the first entry.
  [[nodiscard]] std::optional<ByteView> last_key(std::size_t dropped = 0) const noexcept;

  // How many of the newest reach beyond a stream offset, or have keys that are not below a key.
  [[nodiscard]] std::size_t count_beyond(std::uint64_t offset) const noexcept;
  [[nodiscard]] std::size_t count_not_below(ByteView key) const noexcept;

  void drop_newest(std::size_t count) { items_.resize(items_.size() - count); }
  void doubt_newest() noexcept { items_.back().uncertain = true; }
  // Hands the oldest on to the sink.
  void yield(std::size_t count);
  void yield_all() { yield(items_.size()); }
  void report(const Damage& damage);

  // The sink wants no more.
  [[nodiscard]] bool is_stopped() const noexcept { return summary_.stopped; }

  [[nodiscard]] const EntryShape& shape() const noexcept { return shape_; }
  void expect_versions_up_to(Version greatest) noexcept { shape_.greatest_version = greatest; }

 private:
  void hand_on(const Item& item);
  void clamp_to_covered(const Item& item, ByteView key);
  [[nodiscard]] Damage impossible_version(const Item& item, ByteView key,
                                          std::string message) const;
  void learn(std::span<const VersionedValue> versions) noexcept;

  EntryWindow& window_;
  EntrySource& source_;
  SnapshotSink& sink_;
  SnapshotSummary& summary_;
  std::vector<Item> items_;
  std::vector<VersionedValue> versions_;  // of the entry that is being handed on
  std::string last_yielded_key_;
  bool has_yielded_ = false;
  EntryShape shape_;
  bool mixed_versions_ = false;
};

// How many entries at the beginning of `bytes` have a version above `covered`, of how many.
struct CoverCount {
  std::size_t entries = 0;
  std::size_t above = 0;
};
[[nodiscard]] CoverCount count_above(ByteView bytes, Version covered) noexcept;

}  // namespace persist::snapshot
