#include "platform/wait_word.hpp"

#include <linux/futex.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <limits>

namespace persist {
namespace {

static_assert(sizeof(WaitWord) == sizeof(std::uint32_t), "the kernel looks at the word itself");
static_assert(WaitWord::is_always_lock_free);

}  // namespace

void wait_while_equal(const WaitWord& word, std::uint32_t seen) noexcept {
  while (word.load(std::memory_order_acquire) == seen) {
    // Returns at once when the word has changed meanwhile; otherwise when woken, or for no reason.
    ::syscall(SYS_futex, &word, FUTEX_WAIT_PRIVATE, seen, nullptr);
  }
}

void wake_all(const WaitWord& word) noexcept {
  ::syscall(SYS_futex, &word, FUTEX_WAKE_PRIVATE, std::numeric_limits<int>::max());
}

}  // namespace persist
