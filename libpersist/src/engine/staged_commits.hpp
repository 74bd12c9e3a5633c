// The commits of a batch that are decided and not in the store yet. While they wait, later ones of
// the batch are compared with them, since the store does not show what they wrote.
#pragma once

#include <unordered_set>
#include <vector>

#include "engine/change_log.hpp"
#include "engine/ordered_store.hpp"
#include "engine/read_set.hpp"
#include "engine/write_set.hpp"

namespace persist::engine {

// Only the publisher uses it.
class StagedCommits {
 public:
  StagedCommits(OrderedStore& store, ChangeLog& changes) : store_(store), changes_(changes) {}

  // Whether one that waits writes a key that these, or this transaction's reads, have too.
  [[nodiscard]] bool writes_any_of(const WriteSet& writes);
  [[nodiscard]] bool writes_what_was(const ReadSet& reads) const;

  // A commit to be staged gets ready: first begin(), then touch() for each key in order, with its
  // node where it was looked for and found. After that nothing can fail. False: there is no memory.
  void begin() { touched_.resize(touched_sealed_); }
  [[nodiscard]] bool touch(ByteView key, KeyNode* found);
  // It is decided. `writes` has to stay as it is until apply() moves the values out.
  void add(WriteSet& writes, Version version);

  // Into the store, above the published version: nobody sees them yet.
  void apply();
  // The batch came to nothing.
  void drop() noexcept;

 private:
  struct Touched {
    KeyNode* node;   // null: not looked for, or not there
    OwnedNode made;  // for when it is not there
  };
  struct Commit {
    WriteSet* writes;
    Version version;
  };

  void apply_one(const Commit& commit, Touched* touched);

  OrderedStore& store_;
  ChangeLog& changes_;
  std::vector<Commit> commits_;
  std::vector<Touched> touched_;  // of all commits' keys, one behind the other
  std::size_t touched_sealed_ = 0;
  // The keys of the first `known_` commits: most batches never ask for them.
  std::unordered_set<ByteView> keys_;
  std::size_t known_ = 0;
};

}  // namespace persist::engine
