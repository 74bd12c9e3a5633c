#include "rewrite/digest.hpp"

#include <algorithm>

namespace persist::rewrite {

void DigestBuilder::add(ByteView key, std::span<const VersionedValue> versions) {
  if (versions.empty()) return;
  const VersionedValue& newest = versions.back();
  if (newest.value) {
    rows_.add(key, *newest.value);
    ++digest_.live_keys;
  }
  entry_.clear();
  formats::append_snapshot_entry(entry_, key, versions);
  history_.add(key, entry_);
  digest_.versions += versions.size();
  digest_.max_version = std::max(digest_.max_version, newest.version);
}

Digest DigestBuilder::finish() const {
  Digest digest = digest_;
  digest.fingerprint = rows_.to_string();
  digest.history = history_.to_string();
  return digest;
}

}  // namespace persist::rewrite
