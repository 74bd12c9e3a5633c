// What a transaction has written and not yet committed: one value or delete a key, ascending, with
// savepoints to go back to. Values lie in the allocation that the store takes over on commit.
#pragma once

#include <map>
#include <persist/result.hpp>
#include <string>
#include <vector>

#include "engine/value_version.hpp"

namespace persist::engine {

class WriteSet {
 public:
  using Map = std::map<std::string, OwnedVersion, std::less<>>;

  // No value: a delete. Errors: `limit` when the key is too long; `no_memory`.
  [[nodiscard]] Result<> put(ByteView key, std::optional<ByteView> value);
  // Null: the key was not written.
  [[nodiscard]] const ValueVersion* find(ByteView key) const noexcept;

  void set_savepoint();
  // Error `not_found` when there is none.
  [[nodiscard]] Result<> rollback_to_savepoint();
  [[nodiscard]] Result<> release_savepoint();

  void clear();
  [[nodiscard]] bool is_empty() const noexcept { return writes_.empty(); }
  [[nodiscard]] const Map& map() const noexcept { return writes_; }
  [[nodiscard]] Map& map() noexcept { return writes_; }

  // What a commit counts as in the asynchronous queue (ENGINE: key + value + 16 a record).
  [[nodiscard]] std::uint64_t queue_bytes() const noexcept;
  // Of all its records in the log, but for their versions, which are not known yet.
  [[nodiscard]] std::uint64_t encoded_bytes_without_versions() const noexcept;

 private:
  void put(ByteView key, OwnedVersion made);

  struct Undo {
    std::string key;
    OwnedVersion before;  // null: the key had not been written
  };

  Map writes_;
  std::vector<Undo> journal_;            // kept only while there is a savepoint
  std::vector<std::size_t> savepoints_;  // lengths of the journal
};

}  // namespace persist::engine
