// Which versions are being read. Whoever reads a version pins it first; what a pinned version needs
// is kept. Pinning takes no lock, and never waits for the publisher.
//
// Why a pin cannot come too late. A reader stores the version into its slot and then looks again
// whether it is still the newest (or, for an older one, still above the floor); the publisher first
// stores the new version (or floor) and then looks at the slots. All four are sequentially
// consistent, so one of the two sees the other.
#pragma once

#include <array>
#include <atomic>
#include <cstddef>
#include <optional>
#include <persist/formats/bytes.hpp>
#include <utility>

namespace persist::engine {

class ReaderRegistry {
 private:
  struct alignas(64) Slot {
    std::atomic<std::uint64_t> pinned{0};  // version + 1; 0: free
  };

 public:
  // Gives the version free when it goes.
  class Pin {
   public:
    Pin() = default;
    Pin(Pin&& other) noexcept
        : slot_(std::exchange(other.slot_, nullptr)), version_(other.version_) {}
    Pin& operator=(Pin&& other) noexcept {
      release();
      slot_ = std::exchange(other.slot_, nullptr);
      version_ = other.version_;
      return *this;
    }
    ~Pin() { release(); }

    void release() noexcept {
      if (slot_ != nullptr) slot_->pinned.store(0, std::memory_order_release);
      slot_ = nullptr;
    }
    [[nodiscard]] bool is_held() const noexcept { return slot_ != nullptr; }
    [[nodiscard]] Version version() const noexcept { return version_; }

   private:
    friend class ReaderRegistry;
    Pin(Slot* slot, Version version) noexcept : slot_(slot), version_(version) {}

    Slot* slot_ = nullptr;
    Version version_ = 0;
  };

  ReaderRegistry() = default;
  ~ReaderRegistry();
  ReaderRegistry(const ReaderRegistry&) = delete;
  ReaderRegistry& operator=(const ReaderRegistry&) = delete;

  // Pins what `newest` says. Not held: there is no memory for another slot.
  [[nodiscard]] Pin pin_newest(const std::atomic<Version>& newest) noexcept;
  // Pins `version` unless `floor` has passed it: then, and without memory, the pin is not held.
  [[nodiscard]] Pin pin_at(Version version, const std::atomic<Version>& floor) noexcept;

  [[nodiscard]] std::optional<Version> oldest_pinned() const noexcept;
  [[nodiscard]] std::uint64_t pinned_count() const noexcept;

 private:
  struct Block {
    std::array<Slot, 64> slots;
    std::atomic<Block*> next{nullptr};
  };

  [[nodiscard]] Slot* take_slot(std::uint64_t pinned) noexcept;

  Block first_;
};

}  // namespace persist::engine
