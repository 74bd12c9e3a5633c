// XXH32 over bytes that come in pieces: an LZ4 frame's content checksum.
#pragma once

#include <memory>
#include <persist/formats/bytes.hpp>

namespace persist::snapshot {

class ContentHash {
 public:
  ContentHash();
  ~ContentHash();
  ContentHash(const ContentHash&) = delete;
  ContentHash& operator=(const ContentHash&) = delete;

  void update(ByteView bytes) noexcept;
  [[nodiscard]] std::uint32_t digest() const noexcept;

 private:
  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace persist::snapshot
