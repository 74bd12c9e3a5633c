#include "platform/wait_word.hpp"

#include <linux/futex.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <limits>

namespace persist {
namespace {

static_assert(sizeof(WaitWord) == sizeof(std::uint32_t), "the kernel looks at the word itself");
static_assert(WaitWord::is_always_lock_free);

// The kernel wakes those whose bits meet the bits that are woken.
std::uint32_t bit_of(std::uint32_t seen) noexcept {
  return std::uint32_t{1} << (seen % 32);
}

}  // namespace

void wait_while_equal(const WaitWord& word, std::uint32_t seen) noexcept {
  while (word.load(std::memory_order_acquire) == seen) {
    // Returns at once when the word has changed meanwhile; otherwise when woken, or for no reason.
    ::syscall(SYS_futex, &word, FUTEX_WAIT_BITSET_PRIVATE, seen, nullptr, nullptr, bit_of(seen));
  }
}

void wake(const WaitWord& word, std::uint32_t seen) noexcept {
  ::syscall(SYS_futex, &word, FUTEX_WAKE_BITSET_PRIVATE, std::numeric_limits<int>::max(), nullptr,
            nullptr, bit_of(seen));
}

}  // namespace persist
