// Sleeping until a word changes, as std::atomic waits, but at once: the standard library's wait
// first yields the processor a few times, and with many waiting threads every yield is a change of
// threads for nothing.
#pragma once

#include <atomic>
#include <cstdint>

namespace persist {

using WaitWord = std::atomic<std::uint32_t>;

// Returns once `word` is not `seen`. Whoever changes it has to call wake afterwards.
void wait_while_equal(const WaitWord& word, std::uint32_t seen) noexcept;

// Wakes all threads that wait while the word is `seen`. Those that wait for it to change
// from another number sleep on, unless that is a multiple of 32 away: they look and sleep again.
void wake(const WaitWord& word, std::uint32_t seen) noexcept;

}  // namespace persist
