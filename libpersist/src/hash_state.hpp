// An XXH3 hash that is made from pieces.
#pragma once

#include <xxhash.h>

#include <memory>
#include <new>

namespace persist {

struct FreeHashState {
  void operator()(XXH3_state_t* state) const noexcept { XXH3_freeState(state); }
};
using HashState = std::unique_ptr<XXH3_state_t, FreeHashState>;

// Not null: like new, it throws std::bad_alloc.
[[nodiscard]] inline HashState make_hash_state() {
  HashState state(XXH3_createState());
  if (!state) throw std::bad_alloc();
  return state;
}

}  // namespace persist
