// What a fuzz target does with what it finds out.
#pragma once

#include <cstdio>
#include <cstdlib>
#include <persist/result.hpp>
#include <string>

namespace persist::fuzz {

// Ends the process, so that libFuzzer keeps the input.
inline void require(bool holds, const char* what) {
  if (holds) return;
  std::fprintf(stderr, "property broken: %s\n", what);
  std::abort();
}

// For a call that may fail in some ways only.
inline void require(bool holds, const Error& error, const char* what) {
  if (!holds) std::fprintf(stderr, "%s\n", error.to_string().c_str());
  require(holds, what);
}

// For a call that no input may make fail.
template <class T>
T must(Result<T> result, const char* what) {
  if (!result) std::fprintf(stderr, "%s\n", result.error().to_string().c_str());
  require(result.has_value(), what);
  if constexpr (!std::is_void_v<T>) return *std::move(result);
}

}  // namespace persist::fuzz
