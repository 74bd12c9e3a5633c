// Texts that the caller owns: persist_text_free() gives them back.
#pragma once

#include <cstdlib>
#include <cstring>
#include <new>
#include <string_view>

namespace persist::c {

[[nodiscard]] inline char* new_text(std::string_view text) {
  auto* const copy = static_cast<char*>(std::malloc(text.size() + 1));
  if (copy == nullptr) throw std::bad_alloc();
  std::memcpy(copy, text.data(), text.size());
  copy[text.size()] = '\0';
  return copy;
}

// Where the caller wants one; clears what is there first, so that a failure leaves NULL.
class TextResult {
 public:
  explicit TextResult(char** into) noexcept : into_(into) {
    if (into_ != nullptr) *into_ = nullptr;
  }
  [[nodiscard]] bool is_wanted() const noexcept { return into_ != nullptr; }
  void set(std::string_view text) const {
    if (into_ != nullptr) *into_ = new_text(text);
  }

 private:
  char** into_;
};

}  // namespace persist::c
