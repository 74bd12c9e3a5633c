#include <xxhash.h>

#include <persist/fingerprint.hpp>
#include <persist/formats/varint.hpp>

#include "format_text.hpp"
#include "platform/background_worker.hpp"

namespace persist {
namespace {

// Rows are gathered into pieces of this size: hashing four short strings a row costs more than
// copying them together. And a whole piece can be hashed while the next one is being gathered.
constexpr std::size_t piece_bytes = std::size_t{256} << 10U;

struct FreeHash {
  void operator()(XXH3_state_t* hash) const noexcept { XXH3_freeState(hash); }
};
using Hash = std::unique_ptr<XXH3_state_t, FreeHash>;

}  // namespace

class Fingerprint::State {
 public:
  State() { XXH3_128bits_reset(hash_.get()); }

  void add(ByteView bytes) {
    if (bytes.size() > piece_bytes - gathered_.size()) {
      hash_gathered();
      if (bytes.size() >= piece_bytes) {
        worker_.wait_until_idle();
        update(bytes);
        return;
      }
    }
    gathered_.append(bytes);
  }
  void add_length(std::uint64_t length) {
    char bytes[sizeof length];
    std::memcpy(bytes, &length, sizeof length);
    add(ByteView(bytes, sizeof bytes));
  }
  // Of all that was added; more may follow.
  [[nodiscard]] XXH128_hash_t digest() {
    worker_.wait_until_idle();
    const Hash copy(XXH3_createState());
    XXH3_copyState(copy.get(), hash_.get());
    XXH3_128bits_update(copy.get(), gathered_.data(), gathered_.size());
    return XXH3_128bits_digest(copy.get());
  }

 private:
  void hash_gathered() {
    worker_.wait_until_idle();
    std::swap(gathered_, hashed_);
    gathered_.clear();
    gathered_.reserve(piece_bytes);
    worker_.submit([this] { update(hashed_); });
  }
  void update(ByteView bytes) { XXH3_128bits_update(hash_.get(), bytes.data(), bytes.size()); }

  Hash hash_{XXH3_createState()};
  std::string gathered_;
  std::string hashed_;                 // the worker's while it is not idle
  platform::BackgroundWorker worker_;  // last, so that it stops before what it uses goes
};

Fingerprint::Fingerprint() : state_(std::make_unique<State>()) {}
Fingerprint::~Fingerprint() = default;
Fingerprint::Fingerprint(Fingerprint&&) noexcept = default;
Fingerprint& Fingerprint::operator=(Fingerprint&&) noexcept = default;

void Fingerprint::add(ByteView key, ByteView value) {
  state_->add_length(key.size());
  state_->add(key);
  state_->add_length(value.size());
  state_->add(value);
}

std::string Fingerprint::to_string() const {
  const XXH128_hash_t digest = state_->digest();
  return format_text("xxh3-128:{:016x}{:016x}", digest.high64, digest.low64);
}

}  // namespace persist
