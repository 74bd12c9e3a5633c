#include "snapshot/content_hash.hpp"

// The state lies in this object rather than on xxHash's heap.
#define XXH_STATIC_LINKING_ONLY
#include <xxhash.h>

namespace persist::snapshot {

struct ContentHash::State {
  XXH32_state_t hash;
};

ContentHash::ContentHash() : state_(std::make_unique<State>()) {
  XXH32_reset(&state_->hash, 0);
}
ContentHash::~ContentHash() = default;

void ContentHash::update(ByteView bytes) noexcept {
  XXH32_update(&state_->hash, bytes.data(), bytes.size());
}

std::uint32_t ContentHash::digest() const noexcept {
  return XXH32_digest(&state_->hash);
}

}  // namespace persist::snapshot
