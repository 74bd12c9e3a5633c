// One value of a key at one version, in one allocation with its bytes. A key's versions are a list,
// newest first. The single publisher writes; readers follow the list without locks.
#pragma once

#include <atomic>
#include <cstring>
#include <limits>
#include <memory>
#include <new>
#include <optional>
#include <persist/formats/bytes.hpp>

namespace persist::engine {

struct ValueVersion;
struct DestroyVersion {
  void operator()(ValueVersion* version) const noexcept;
};
using OwnedVersion = std::unique_ptr<ValueVersion, DestroyVersion>;

struct ValueVersion {
  static constexpr std::uint64_t deleted = std::numeric_limits<std::uint64_t>::max();

  std::atomic<ValueVersion*> older{nullptr};
  Version version = 0;              // not set before the commit is claimed
  std::uint64_t length_or_deleted;  // of the bytes that follow this struct

  // Null when there is no memory: a value can be gigabytes.
  [[nodiscard]] static OwnedVersion create(std::optional<ByteView> value) noexcept {
    const std::size_t length = value ? value->size() : 0;
    void* const memory = ::operator new(sizeof(ValueVersion) + length, std::nothrow);
    if (memory == nullptr) return nullptr;
    OwnedVersion made(new (memory) ValueVersion{.length_or_deleted = value ? length : deleted});
    if (length != 0) std::memcpy(made->bytes(), value->data(), length);
    return made;
  }

  [[nodiscard]] bool is_deleted() const noexcept { return length_or_deleted == deleted; }
  [[nodiscard]] std::uint64_t length_bytes() const noexcept {
    return is_deleted() ? 0 : length_or_deleted;
  }
  [[nodiscard]] std::optional<ByteView> value() const noexcept {
    if (is_deleted()) return std::nullopt;
    return ByteView(reinterpret_cast<const char*>(this + 1), length_or_deleted);
  }

 private:
  [[nodiscard]] char* bytes() noexcept { return reinterpret_cast<char*>(this + 1); }
};
static_assert(sizeof(ValueVersion) == 24, "every value in memory pays this");

inline void DestroyVersion::operator()(ValueVersion* version) const noexcept {
  version->~ValueVersion();
  ::operator delete(version);
}

// The newest of a list that is not above `at`; null when there is none.
[[nodiscard]] inline const ValueVersion* visible_at(const ValueVersion* newest,
                                                    Version at) noexcept {
  while (newest != nullptr && newest->version > at) {
    newest = newest->older.load(std::memory_order_acquire);
  }
  return newest;
}

}  // namespace persist::engine
