// Every write since the oldest version that anybody may still read, in the order of versions: what
// serializable validation looks through, and what tells which old values can go.
#pragma once

#include <deque>

#include "engine/ordered_store.hpp"
#include "engine/read_set.hpp"

namespace persist::engine {

// Only the publisher uses it.
class ChangeLog {
 public:
  struct Counts {
    std::uint64_t keys = 0;
    std::uint64_t versions = 0;
    std::uint64_t data_bytes = 0;
  };

  explicit ChangeLog(OrderedStore& store) : store_(store) {}

  // So many calls of add() will need no memory.
  void make_room(std::size_t changes);
  // `node` has just got its newest version. There is room for it.
  void add(KeyNode& node) noexcept;
  // While files are loaded, in any order of versions; then finish_loading().
  void add_loaded(KeyNode& node);
  void finish_loading();
  // Whether a key that was read has been written above `version`.
  [[nodiscard]] bool has_change_in(const ReadSet& reads, Version version) const;

  // What may go: everything below what is visible at `needed_from`, and keys that are deleted
  // there. Each change takes with it what it hid: no list of versions is walked. Nodes wait until
  // no reader stands on them: `newest` is the published version, `oldest_pinned` what readers held
  // at a moment after it was published; the greatest version when nobody reads. What cannot go for
  // want of memory goes with a later call.
  void collect(Version needed_from, Version newest, Version oldest_pinned) noexcept;
  [[nodiscard]] bool has_work(Version needed_from) const noexcept;

  [[nodiscard]] const Counts& counts() const noexcept { return counts_; }

 private:
  struct Change {
    Version version;
    KeyNode* node;
    ValueVersion* written;  // of the node
  };
  struct Retired {
    OwnedNode node;
    Version at;  // readers of this version or older may stand on it
  };

  [[nodiscard]] bool collect_behind(const Change& change, Version newest) noexcept;
  [[nodiscard]] bool make_room_to_retire() noexcept;
  void free_version(ValueVersion* version) noexcept;

  OrderedStore& store_;
  std::deque<Change> changes_;
  std::size_t room_ = 0;  // so many at the end of changes_ are none yet
  std::deque<Retired> retired_;
  Counts counts_;
};

}  // namespace persist::engine
