#include <persist/fingerprint.hpp>
#include <utility>

#include "platform/background_worker.hpp"
#include "store/row_hash.hpp"

namespace persist {

class Fingerprint::State {
 public:
  void add(ByteView key, ByteView value) {
    const std::size_t bytes = store::hashed_bytes(key, value);
    if (bytes > store::row_piece_bytes - gathered_.size()) hash_gathered();
    if (bytes <= store::row_piece_bytes) {
      store::append_hashed(gathered_, key, value);
    } else {
      worker_.wait_until_idle();
      hash_.add(key, value);
    }
  }
  // Of all that was added; more may follow.
  [[nodiscard]] std::string text() {
    worker_.wait_until_idle();
    return hash_.text_with(gathered_);
  }

 private:
  void hash_gathered() {
    worker_.wait_until_idle();
    std::swap(gathered_, hashed_);
    gathered_.clear();
    gathered_.reserve(store::row_piece_bytes);
    worker_.submit([this] { hash_.add(hashed_); });
  }

  store::RowHash hash_;
  std::string gathered_;
  std::string hashed_;                 // the worker's while it is not idle
  platform::BackgroundWorker worker_;  // last, so that it stops before what it uses goes
};

Fingerprint::Fingerprint() : state_(std::make_unique<State>()) {}
Fingerprint::~Fingerprint() = default;
Fingerprint::Fingerprint(Fingerprint&&) noexcept = default;
Fingerprint& Fingerprint::operator=(Fingerprint&&) noexcept = default;

void Fingerprint::add(ByteView key, ByteView value) {
  state_->add(key, value);
}

std::string Fingerprint::to_string() const {
  return state_->text();
}

}  // namespace persist
