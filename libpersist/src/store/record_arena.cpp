#include "store/record_arena.hpp"

#include <sys/mman.h>

#include <algorithm>

namespace persist::store {
namespace {

constexpr std::size_t first_chunk_bytes = std::size_t{256} << 10U;
constexpr std::size_t huge_page_bytes = std::size_t{2} << 20U;
constexpr std::size_t page_bytes = 4096;

std::size_t whole_pages(std::size_t size_bytes) noexcept {
  return (size_bytes + page_bytes - 1) / page_bytes * page_bytes;
}

}  // namespace

MemoryRegion MemoryRegion::map(std::size_t size_bytes) noexcept {
  MemoryRegion region;
  void* const at = ::mmap(nullptr, size_bytes, PROT_READ | PROT_WRITE,
                          MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
  if (at == MAP_FAILED) return region;
  // Filling 4 KiB pages costs one fault each, which is as long as copying the records into them.
  if (size_bytes >= huge_page_bytes) ::madvise(at, size_bytes, MADV_HUGEPAGE);
  region.data_ = static_cast<char*>(at);
  region.size_bytes_ = size_bytes;
  return region;
}

MemoryRegion::~MemoryRegion() {
  if (data_ != nullptr) ::munmap(data_, size_bytes_);
}

// Chunks double up to the largest, so that a small database stays small.
std::size_t RecordArena::next_chunk_bytes() const noexcept {
  if (chunks_.empty()) return std::min(first_chunk_bytes, max_chunk_bytes_);
  return std::min(2 * chunks_.back().size_bytes(), max_chunk_bytes_);
}

std::size_t RecordArena::growth_bytes(const RecordView& record) const noexcept {
  const std::size_t needed = room_needed(record);
  if (used_chunks_ < chunks_.size() && needed <= chunks_[used_chunks_].size_bytes()) return 0;
  const std::size_t regular = next_chunk_bytes();
  return needed <= regular ? regular : whole_pages(needed);
}

bool RecordArena::grow(const RecordView& record) {
  const std::size_t needed = room_needed(record);
  if (used_chunks_ < chunks_.size() && needed <= chunks_[used_chunks_].size_bytes()) {
    open(chunks_[used_chunks_++]);
    return true;
  }
  const std::size_t size_bytes = growth_bytes(record);
  MemoryRegion chunk = MemoryRegion::map(size_bytes);
  if (chunk.data() == nullptr) return false;
  allocated_bytes_ += size_bytes;
  open(chunk);
  if (needed > next_chunk_bytes()) {
    oversized_.push_back(std::move(chunk));
  } else {
    chunks_.insert(chunks_.begin() + static_cast<std::ptrdiff_t>(used_chunks_++), std::move(chunk));
  }
  return true;
}

void RecordArena::open(const MemoryRegion& chunk) noexcept {
  at_ = chunk.data();
  end_ = at_ + chunk.size_bytes();
}

void RecordArena::clear() noexcept {
  for (const MemoryRegion& region : oversized_) allocated_bytes_ -= region.size_bytes();
  oversized_.clear();
  used_chunks_ = 0;
  at_ = end_ = nullptr;
}

std::span<char> RecordArena::map_spare_chunk() {
  if (used_chunks_ < chunks_.size()) return {};
  MemoryRegion chunk = MemoryRegion::map(next_chunk_bytes());
  if (chunk.data() == nullptr) return {};
  allocated_bytes_ += chunk.size_bytes();
  chunks_.push_back(std::move(chunk));
  return {chunks_.back().data(), chunks_.back().size_bytes()};
}

void RecordArena::drop_unused_chunks() noexcept {
  for (; chunks_.size() > used_chunks_; chunks_.pop_back()) {
    allocated_bytes_ -= chunks_.back().size_bytes();
  }
}

void populate(std::span<char> memory) noexcept {
#ifdef MADV_POPULATE_WRITE
  ::madvise(memory.data(), memory.size(), MADV_POPULATE_WRITE);
#else
  static_cast<void>(memory);
#endif
}

}  // namespace persist::store
