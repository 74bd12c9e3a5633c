// What a fingerprint hashes: rows one behind the other (persist/fingerprint.hpp).
#pragma once

#include <persist/formats/bytes.hpp>
#include <string>

#include "hash_state.hpp"

namespace persist::store {

// Rows are gathered into pieces of this size: hashing four short strings a row costs more than
// copying them together. And a whole piece can be hashed while the next one is being gathered.
inline constexpr std::size_t row_piece_bytes = std::size_t{256} << 10U;

[[nodiscard]] inline std::size_t hashed_bytes(ByteView key, ByteView value) noexcept {
  return 2 * sizeof(std::uint64_t) + key.size() + value.size();
}
void append_hashed(std::string& out, ByteView key, ByteView value);

class RowHash {
 public:
  RowHash();

  // Rows from append_hashed().
  void add(ByteView rows) noexcept;
  // One row, however large, without a copy of it.
  void add(ByteView key, ByteView value) noexcept;
  // Of what was added and then `rows`; more may be added.
  [[nodiscard]] std::string text_with(ByteView rows) const;

 private:
  HashState hash_;
};

}  // namespace persist::store
