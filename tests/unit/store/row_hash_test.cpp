// Hashes that find no memory: the hash library's own function is stood in for.
#include <dlfcn.h>

#include <new>
#include <persist/fingerprint.hpp>
#include <persist/formats/frame.hpp>

#include "support/catch.hpp"

namespace {

bool has_memory = true;

}  // namespace

extern "C" void* XXH3_createState() {
  static const auto create = reinterpret_cast<void* (*)()>(::dlsym(RTLD_NEXT, "XXH3_createState"));
  return has_memory ? create() : nullptr;
}

TEST_CASE("a hash that finds no memory throws as new does") {
  const persist::Fingerprint fingerprint;
  has_memory = false;
  CHECK_THROWS_AS(persist::Fingerprint(), std::bad_alloc);
  CHECK_THROWS_AS(fingerprint.to_string(), std::bad_alloc);
  CHECK_THROWS_AS(persist::formats::PayloadChecksum(1), std::bad_alloc);
  has_memory = true;
}
