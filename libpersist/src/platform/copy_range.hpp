// Bytes of a file, as they are, into a new one.
#pragma once

#include <atomic>
#include <persist/atomic_file.hpp>

namespace persist::platform {

// Appends the bytes [begin, end) of `source` to `target`. `progress` may be null. Error `changed`
// when the file ends before `end`.
[[nodiscard]] Result<> copy_range(File& source, std::uint64_t begin, std::uint64_t end,
                                  AtomicFile& target,
                                  std::atomic<std::uint64_t>* progress = nullptr);

}  // namespace persist::platform
