#include "engine/write_set.hpp"

#include <new>
#include <persist/formats/record.hpp>
#include <utility>

#include "engine/ordered_store.hpp"

namespace persist::engine {

Result<> WriteSet::put(ByteView key, std::optional<ByteView> value) {
  if (key.size() > KeyNode::max_key_length_bytes) {
    return fail(ErrorCode::limit, {}, "the key is longer than 4 GiB, and no key may be");
  }
  OwnedVersion made = ValueVersion::create(value);
  if (!made) return fail(ErrorCode::no_memory, {}, "there is no memory for the value");
  try {
    put(key, std::move(made));
  } catch (const std::bad_alloc&) {
    return fail(ErrorCode::no_memory, {}, "there is no memory for the key");
  }
  return {};
}

// Throws without memory, with all values as they were: the journal may name a key that is not
// there.
void WriteSet::put(ByteView key, OwnedVersion made) {
  auto at = writes_.lower_bound(key);
  const bool is_new = at == writes_.end() || at->first != key;
  if (!savepoints_.empty()) journal_.push_back({std::string(key), nullptr});
  if (is_new) {
    writes_.emplace_hint(at, key, std::move(made));
    return;
  }
  std::swap(at->second, made);
  if (!savepoints_.empty()) journal_.back().before = std::move(made);
}

const ValueVersion* WriteSet::find(ByteView key) const noexcept {
  const auto at = writes_.find(key);
  return at == writes_.end() ? nullptr : at->second.get();
}

void WriteSet::set_savepoint() {
  savepoints_.push_back(journal_.size());
}

Result<> WriteSet::rollback_to_savepoint() {
  if (savepoints_.empty()) return fail(ErrorCode::not_found, {}, "there is no savepoint");
  while (journal_.size() > savepoints_.back()) {
    Undo& undo = journal_.back();
    if (undo.before) {
      writes_.find(undo.key)->second = std::move(undo.before);
    } else {
      writes_.erase(undo.key);
    }
    journal_.pop_back();
  }
  savepoints_.pop_back();
  return {};
}

Result<> WriteSet::release_savepoint() {
  if (savepoints_.empty()) return fail(ErrorCode::not_found, {}, "there is no savepoint");
  savepoints_.pop_back();
  if (savepoints_.empty()) journal_.clear();
  return {};
}

void WriteSet::clear() {
  writes_.clear();
  journal_.clear();
  savepoints_.clear();
}

std::uint64_t WriteSet::queue_bytes() const noexcept {
  constexpr std::uint64_t bookkeeping_bytes = 16;
  std::uint64_t sum = 0;
  for (const auto& [key, version] : writes_) {
    sum += key.size() + version->length_bytes() + bookkeeping_bytes;
  }
  return sum;
}

std::uint64_t WriteSet::encoded_bytes_without_versions() const noexcept {
  std::uint64_t sum = 0;
  for (const auto& [key, version] : writes_) {
    sum += formats::varint_length_bytes(key.size()) + key.size() + 1;
    if (version->is_deleted()) continue;
    sum += formats::varint_length_bytes(version->length_bytes()) + version->length_bytes();
  }
  return sum;
}

}  // namespace persist::engine
