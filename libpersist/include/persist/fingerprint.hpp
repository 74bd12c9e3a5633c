// Whether two databases hold the same data, whatever their layout.
#pragma once

#include <array>
#include <memory>
#include <string>

#include <persist/formats/bytes.hpp>

namespace persist {

// XXH3-128 over, for every live key ascending: u64le key length, key, u64le value length, value.
// Versions are not part of it. Large amounts are hashed on a thread of its own.
class Fingerprint {
 public:
  Fingerprint();
  ~Fingerprint();
  Fingerprint(Fingerprint&&) noexcept;
  Fingerprint& operator=(Fingerprint&&) noexcept;

  void add(ByteView key, ByteView value);  // keys ascending
  // "xxh3-128:" and 32 hexadecimal digits, canonical big-endian.
  [[nodiscard]] std::string to_string() const;

 private:
  class State;
  std::unique_ptr<State> state_;
};

}  // namespace persist
