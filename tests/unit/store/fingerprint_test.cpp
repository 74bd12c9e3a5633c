#include <persist/fingerprint.hpp>

#include "support/catch.hpp"

using persist::Fingerprint;

// The expected values were computed by the Python package xxhash 4.1.0 over struct.pack('<Q', …)
// lengths and the bytes.

TEST_CASE("the fingerprint of no keys is XXH3-128 of nothing") {
  CHECK(Fingerprint().to_string() == "xxh3-128:99aa06d3014798d86001c324468d497f");
}

TEST_CASE("lengths and bytes of keys and values make the fingerprint") {
  Fingerprint two;
  two.add("a", "1");
  two.add("b", "");
  CHECK(two.to_string() == "xxh3-128:6ff61c925aac4f14346d247042d1345c");
  Fingerprint binary;
  binary.add("", persist::ByteView("\0\xFF", 2));
  CHECK(binary.to_string() == "xxh3-128:90b031adc331f82268fe6df758bdf634");
}

TEST_CASE("rows of all sizes, and reading it in between, leave the fingerprint what it is") {
  Fingerprint many;
  for (int i = 0; i < 2000; ++i) {
    const std::string digits = std::to_string(i);
    many.add(std::string(8 - digits.size(), '0') + digits,
             std::string(static_cast<std::size_t>(i * 7 % 3000), static_cast<char>(i % 251)));
    if (i % 100 == 0) (void)many.to_string();
  }
  CHECK(many.to_string() == "xxh3-128:efd0585588732c868c7408fb824c45e3");
  Fingerprint large;
  large.add("big", std::string(200'000, 'x'));
  CHECK(large.to_string() == "xxh3-128:af85fa0d5dd49e3623a4f132355c278f");
}
