// Records copied once, one behind the other, into large pieces of memory that never move. A record
// is known by its address; it costs 10 to 13 bytes above key and value.
#pragma once

#include <cstring>
#include <persist/formats/record.hpp>
#include <vector>

#include "store/leb128.hpp"

namespace persist::store {

using formats::RecordView;

// Memory straight from the system, given back to it when the object goes: a freed heap would keep
// it, and the limit on memory is on what the process really holds.
class MemoryRegion {
 public:
  MemoryRegion() noexcept = default;
  // Empty when the system has no memory left.
  [[nodiscard]] static MemoryRegion map(std::size_t size_bytes) noexcept;
  MemoryRegion(MemoryRegion&& other) noexcept { swap(other); }
  MemoryRegion& operator=(MemoryRegion&& other) noexcept {
    swap(other);
    return *this;
  }
  ~MemoryRegion();

  [[nodiscard]] char* data() const noexcept { return data_; }
  [[nodiscard]] std::size_t size_bytes() const noexcept { return size_bytes_; }

 private:
  void swap(MemoryRegion& other) noexcept {
    std::swap(data_, other.data_);
    std::swap(size_bytes_, other.size_bytes_);
  }

  char* data_ = nullptr;
  std::size_t size_bytes_ = 0;
};

// Has the system provide mapped memory before it is written to. A kernel that cannot leaves it to
// the first write.
void populate(std::span<char> memory) noexcept;

// Layout of a stored record: key length and value length + 1 (0 is a delete) as LEB128, version as
// eight bytes, key, value. The key follows the lengths directly, so that comparing two records
// usually touches one cache line of each.
[[nodiscard]] inline RecordView stored_record(const char* at) noexcept {
  RecordView record;
  const std::uint64_t key_length = take_leb128(at);
  const std::uint64_t value_tag = take_leb128(at);
  std::memcpy(&record.version, at, sizeof record.version);
  at += sizeof record.version;
  record.key = ByteView(at, key_length);
  if (value_tag != 0) record.value.emplace(at + key_length, value_tag - 1);
  return record;
}
[[nodiscard]] inline ByteView stored_key(const char* at) noexcept {
  const std::uint64_t key_length = take_leb128(at);
  take_leb128(at);
  return {at + sizeof(Version), key_length};
}

class RecordArena {
 public:
  explicit RecordArena(std::size_t max_chunk_bytes) noexcept : max_chunk_bytes_(max_chunk_bytes) {}

  // Copies the record; null when the current chunk has no room for it: grow() and call again.
  [[nodiscard]] const char* try_append(const RecordView& record) noexcept {
    if (room_needed(record) > static_cast<std::size_t>(end_ - at_)) return nullptr;
    const char* const stored = at_;
    const std::size_t value_length = record.value ? record.value->size() : 0;
    at_ = put_leb128(at_, record.key.size());
    at_ = put_leb128(at_, record.value ? value_length + 1 : 0);
    std::memcpy(at_, &record.version, sizeof record.version);
    at_ += sizeof record.version;
    if (!record.key.empty()) std::memcpy(at_, record.key.data(), record.key.size());
    at_ += record.key.size();
    if (value_length != 0) std::memcpy(at_, record.value->data(), value_length);
    at_ += value_length;
    return stored;
  }

  // What grow() would take from the system to make room for `record`.
  [[nodiscard]] std::size_t growth_bytes(const RecordView& record) const noexcept;
  // False when the system has no memory left.
  [[nodiscard]] bool grow(const RecordView& record);

  [[nodiscard]] std::uint64_t allocated_bytes() const noexcept { return allocated_bytes_; }
  // Forgets all records but keeps the memory for the next ones.
  void clear() noexcept;

  // Maps the chunk that the next grow() will open, and shows it; empty when there is one already.
  [[nodiscard]] std::span<char> map_spare_chunk();
  // Gives back the chunks that hold no record.
  void drop_unused_chunks() noexcept;

 private:
  [[nodiscard]] static std::size_t room_needed(const RecordView& record) noexcept {
    return 2 * leb128_max_length_bytes + sizeof record.version + record.key.size() +
           (record.value ? record.value->size() : 0);
  }
  [[nodiscard]] std::size_t next_chunk_bytes() const noexcept;
  void open(const MemoryRegion& chunk) noexcept;

  std::size_t max_chunk_bytes_;
  std::vector<MemoryRegion> chunks_;
  std::size_t used_chunks_ = 0;          // those behind them are kept from before a clear()
  std::vector<MemoryRegion> oversized_;  // a chunk for each record that is larger than a chunk
  std::uint64_t allocated_bytes_ = 0;
  char* at_ = nullptr;
  char* end_ = nullptr;
};

}  // namespace persist::store
