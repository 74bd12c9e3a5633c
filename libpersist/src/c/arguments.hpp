// What a caller hands in, checked and turned into the C++ library's types.
#pragma once

#include <algorithm>
#include <cstring>
#include <persist/formats/bytes.hpp>
#include <span>
#include <string>

#include "c/error.hpp"

namespace persist::c {

// Any bytes; NULL only with length 0.
[[nodiscard]] inline Result<ByteView> bytes(const void* data, std::size_t size_bytes,
                                            const char* name) {
  if (data != nullptr) return ByteView(static_cast<const char*>(data), size_bytes);
  if (size_bytes == 0) return ByteView();
  return invalid(std::string(name) + " is NULL, but its length is not 0");
}

// NULL stands for none.
[[nodiscard]] inline Result<std::optional<ByteView>> bytes_or_none(const void* data,
                                                                   std::size_t size_bytes,
                                                                   const char* name) {
  PERSIST_TRY_ASSIGN(const ByteView view, bytes(data, size_bytes, name));
  return data == nullptr ? std::nullopt : std::optional(view);
}

// A path or another text; NULL stands for an empty one.
[[nodiscard]] inline std::string text_or_empty(const char* text) {
  return text == nullptr ? std::string() : std::string(text);
}

[[nodiscard]] inline Result<> require(const void* pointer, const char* name) {
  if (pointer != nullptr) return {};
  return invalid(std::string(name) + " is NULL");
}

template <class Structure>
[[nodiscard]] Result<> check_size(const Structure& given, const char* name) {
  constexpr std::size_t most_bytes = 65536;  // beyond it the size is no size
  if (given.struct_size >= sizeof given.struct_size && given.struct_size <= most_bytes) return {};
  return invalid(std::string(name) + ".struct_size is not set");
}

// A structure that the caller was built with, as the one of this version: what its author did not
// know yet is zero, and what this version does not know has to be. NULL is all zero.
template <class Options>
[[nodiscard]] Result<Options> read_options(const Options* given, const char* name) {
  Options options{};
  options.struct_size = sizeof options;
  if (given == nullptr) return options;
  PERSIST_TRY(check_size(*given, name));
  const std::size_t size_bytes = given->struct_size;
  const auto* const raw = reinterpret_cast<const char*>(given);
  std::memcpy(&options, raw, std::min(size_bytes, sizeof options));
  if (size_bytes > sizeof options) {
    const std::span rest(raw + sizeof options, size_bytes - sizeof options);
    if (std::ranges::any_of(rest, [](char byte) { return byte != 0; })) {
      return fail(ErrorCode::unsupported, {},
                  std::string(name) + " sets a member that this version of the library lacks");
    }
  }
  options.struct_size = sizeof options;
  return options;
}

// Fills as much of a structure as both sides know and clears the rest. Its size has been checked.
template <class Stats>
void fill_result(Stats& given, Stats known) {
  const std::size_t size_bytes = given.struct_size;
  known.struct_size = size_bytes;
  auto* const raw = reinterpret_cast<char*>(&given);
  const std::size_t common_bytes = std::min(size_bytes, sizeof known);
  std::memcpy(raw, &known, common_bytes);
  std::memset(raw + common_bytes, 0, size_bytes - common_bytes);
}

}  // namespace persist::c
