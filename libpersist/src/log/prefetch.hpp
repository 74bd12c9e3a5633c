// What was read ahead lies in another processor's cache, and small records are parsed faster than
// it comes by itself.
#pragma once

#include <cstdint>

namespace persist::log {

// Of a record at `at`, which is about to be parsed, asks for one a few behind it. The address need
// not be one that can be read.
inline void prefetch_record_behind(const char* at) noexcept {
  constexpr std::uintptr_t distance_bytes = 2048;
  constexpr std::uintptr_t small_record_bytes = 320;
  constexpr std::uintptr_t line_bytes = 64;
  // A number: a pointer must not leave what it points into.
  const auto record = reinterpret_cast<std::uintptr_t>(at) + distance_bytes;
  for (std::uintptr_t line = 0; line < small_record_bytes; line += line_bytes) {
    __builtin_prefetch(reinterpret_cast<const void*>(record + line));
  }
}

}  // namespace persist::log
