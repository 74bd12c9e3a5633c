#include "store/row_hash.hpp"

#include <persist/formats/varint.hpp>

#include "format_text.hpp"

namespace persist::store {

void append_hashed(std::string& out, ByteView key, ByteView value) {
  formats::append_little_endian(out, std::uint64_t{key.size()});
  out.append(key);
  formats::append_little_endian(out, std::uint64_t{value.size()});
  out.append(value);
}

RowHash::RowHash() : hash_(make_hash_state()) {
  XXH3_128bits_reset(hash_.get());
}

void RowHash::add(ByteView rows) noexcept {
  XXH3_128bits_update(hash_.get(), rows.data(), rows.size());
}

void RowHash::add(ByteView key, ByteView value) noexcept {
  for (const ByteView part : {key, value}) {
    const std::uint64_t length = part.size();
    XXH3_128bits_update(hash_.get(), &length, sizeof length);
    add(part);
  }
}

std::string RowHash::text_with(ByteView rows) const {
  const HashState copy = make_hash_state();
  XXH3_copyState(copy.get(), hash_.get());
  XXH3_128bits_update(copy.get(), rows.data(), rows.size());
  const XXH128_hash_t digest = XXH3_128bits_digest(copy.get());
  return format_text("xxh3-128:{:016x}{:016x}", digest.high64, digest.low64);
}

}  // namespace persist::store
