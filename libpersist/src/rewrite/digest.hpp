// What two layouts of the same data have in common, in a few bytes.
#pragma once

#include <persist/fingerprint.hpp>
#include <persist/state.hpp>

namespace persist::rewrite {

struct Digest {
  std::string fingerprint;  // of the live rows, versions left out
  std::string history;      // with the fingerprint: of every version of every key, deletes too
  std::uint64_t live_keys = 0;
  std::uint64_t versions = 0;
  Version max_version = 0;

  friend bool operator==(const Digest&, const Digest&) = default;
};

// Keys ascending, as State visits them.
class DigestBuilder {
 public:
  void add(ByteView key, std::span<const VersionedValue> versions);
  [[nodiscard]] Digest finish() const;

 private:
  void add_history(ByteView key, std::span<const VersionedValue> versions);

  Fingerprint rows_;
  Fingerprint history_;
  Digest digest_;
  std::string entry_;
};

}  // namespace persist::rewrite
