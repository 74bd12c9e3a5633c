// What was read ahead lies in another processor's cache, and small records are parsed faster than
// it comes by itself.
#pragma once

#include <cstddef>

namespace persist::log {

// Of a record at `at`, which is about to be parsed, asks for one a few behind it. The address need
// not be one that can be read.
inline void prefetch_record_behind(const char* at) noexcept {
  constexpr std::size_t distance_bytes = 2048;
  constexpr std::size_t small_record_bytes = 320;
  constexpr std::size_t line_bytes = 64;
  for (std::size_t line = 0; line < small_record_bytes; line += line_bytes) {
    __builtin_prefetch(at + distance_bytes + line);
  }
}

}  // namespace persist::log
