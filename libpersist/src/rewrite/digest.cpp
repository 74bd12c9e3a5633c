#include "rewrite/digest.hpp"

#include <algorithm>

namespace persist::rewrite {
namespace {

// As a varint it would be reserved.
constexpr char no_entry_begins_so = '\xFF';

}  // namespace

void DigestBuilder::add(ByteView key, std::span<const VersionedValue> versions) {
  if (versions.empty()) return;
  const VersionedValue& newest = versions.back();
  if (newest.value) {
    rows_.add(key, *newest.value);
    ++digest_.live_keys;
  }
  add_history(key, versions);
  digest_.versions += versions.size();
  digest_.max_version = std::max(digest_.max_version, newest.version);
}

// Of a row that nothing came before, the fingerprint has all but the version: hashing its bytes
// once more would take as long as everything else in a digest.
void DigestBuilder::add_history(ByteView key, std::span<const VersionedValue> versions) {
  entry_.clear();
  if (versions.size() == 1 && versions.front().value) {
    entry_.push_back(no_entry_begins_so);
    formats::append_little_endian(entry_, versions.front().version);
    history_.add({}, entry_);
    return;
  }
  formats::append_snapshot_entry(entry_, key, versions);
  history_.add(key, entry_);
}

Digest DigestBuilder::finish() const {
  Digest digest = digest_;
  digest.fingerprint = rows_.to_string();
  digest.history = history_.to_string();
  return digest;
}

}  // namespace persist::rewrite
