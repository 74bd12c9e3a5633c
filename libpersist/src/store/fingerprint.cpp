#include <fmt/format.h>
#include <xxhash.h>

#include <persist/fingerprint.hpp>
#include <persist/formats/varint.hpp>

namespace persist {
namespace {

// Rows are gathered into pieces of this size: hashing four short strings a row costs more than
// copying them together.
constexpr std::size_t gather_bytes = std::size_t{64} << 10U;

struct FreeHash {
  void operator()(XXH3_state_t* hash) const noexcept { XXH3_freeState(hash); }
};
using Hash = std::unique_ptr<XXH3_state_t, FreeHash>;

}  // namespace

struct Fingerprint::State {
  Hash hash{XXH3_createState()};
  std::string gathered;

  State() {
    XXH3_128bits_reset(hash.get());
    gathered.reserve(gather_bytes);
  }

  void add(ByteView bytes) {
    if (bytes.size() > gather_bytes - gathered.size()) {
      XXH3_128bits_update(hash.get(), gathered.data(), gathered.size());
      gathered.clear();
      if (bytes.size() >= gather_bytes) {
        XXH3_128bits_update(hash.get(), bytes.data(), bytes.size());
        return;
      }
    }
    gathered.append(bytes);
  }
  void add_length(std::uint64_t length) {
    char bytes[sizeof length];
    std::memcpy(bytes, &length, sizeof length);
    add(ByteView(bytes, sizeof bytes));
  }
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
  const Hash copy(XXH3_createState());
  XXH3_copyState(copy.get(), state_->hash.get());
  XXH3_128bits_update(copy.get(), state_->gathered.data(), state_->gathered.size());
  const XXH128_hash_t digest = XXH3_128bits_digest(copy.get());
  return fmt::format("xxh3-128:{:016x}{:016x}", digest.high64, digest.low64);
}

}  // namespace persist
