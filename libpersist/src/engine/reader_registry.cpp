#include "engine/reader_registry.hpp"

#include <algorithm>
#include <functional>
#include <new>
#include <thread>

namespace persist::engine {

ReaderRegistry::~ReaderRegistry() {
  Block* block = first_.next.load(std::memory_order_relaxed);
  while (block != nullptr) {
    Block* const next = block->next.load(std::memory_order_relaxed);
    delete block;
    block = next;
  }
}

ReaderRegistry::Slot* ReaderRegistry::take_slot(std::uint64_t pinned) noexcept {
  // Threads start at different slots, so that each mostly finds its own one free.
  const std::size_t start = std::hash<std::thread::id>{}(std::this_thread::get_id());
  Block* block = &first_;
  for (;;) {
    for (std::size_t i = 0; i < block->slots.size(); ++i) {
      Slot& slot = block->slots[(start + i) % block->slots.size()];
      std::uint64_t free = 0;
      if (slot.pinned.load(std::memory_order_relaxed) == 0 &&
          slot.pinned.compare_exchange_strong(free, pinned, std::memory_order_seq_cst)) {
        return &slot;
      }
    }
    Block* next = block->next.load(std::memory_order_acquire);
    if (next == nullptr) {
      Block* const made = new (std::nothrow) Block;
      if (made == nullptr) return nullptr;
      if (block->next.compare_exchange_strong(next, made, std::memory_order_acq_rel)) {
        next = made;
      } else {
        delete made;
      }
    }
    block = next;
  }
}

ReaderRegistry::Pin ReaderRegistry::pin_newest(const std::atomic<Version>& newest) noexcept {
  Version version = newest.load(std::memory_order_seq_cst);
  Slot* const slot = take_slot(version + 1);
  if (slot == nullptr) return {};
  for (;;) {
    const Version now = newest.load(std::memory_order_seq_cst);
    if (now == version) return {slot, version};
    version = now;
    slot->pinned.store(version + 1, std::memory_order_seq_cst);
  }
}

ReaderRegistry::Pin ReaderRegistry::pin_at(Version version,
                                           const std::atomic<Version>& floor) noexcept {
  Slot* const slot = take_slot(version + 1);
  if (slot == nullptr) return {};
  Pin pin(slot, version);
  if (floor.load(std::memory_order_seq_cst) > version) pin.release();
  return pin;
}

std::optional<Version> ReaderRegistry::oldest_pinned() const noexcept {
  std::uint64_t oldest = 0;
  for (const Block* block = &first_; block != nullptr;
       block = block->next.load(std::memory_order_acquire)) {
    for (const Slot& slot : block->slots) {
      const std::uint64_t pinned = slot.pinned.load(std::memory_order_seq_cst);
      if (pinned != 0 && (oldest == 0 || pinned < oldest)) oldest = pinned;
    }
  }
  if (oldest == 0) return std::nullopt;
  return oldest - 1;
}

std::uint64_t ReaderRegistry::pinned_count() const noexcept {
  std::uint64_t count = 0;
  for (const Block* block = &first_; block != nullptr;
       block = block->next.load(std::memory_order_acquire)) {
    count += static_cast<std::uint64_t>(std::ranges::count_if(block->slots, [](const Slot& slot) {
      return slot.pinned.load(std::memory_order_relaxed) != 0;
    }));
  }
  return count;
}

}  // namespace persist::engine
