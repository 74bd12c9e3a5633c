#include "snapshot/entry_scan.hpp"

#include <algorithm>
#include <limits>

namespace persist::snapshot {
namespace {

using formats::Cursor;
using formats::DecodeError;

EntryFault fault_of(DecodeError error) noexcept {
  return error == DecodeError::truncated ? EntryFault::truncated : EntryFault::undecodable;
}

// How far an entry reaches that ends in a byte string the bytes do not hold.
std::uint64_t least_length_bytes(ByteView bytes, std::size_t string_at) noexcept {
  Cursor cursor(bytes.substr(string_at));
  const auto length = cursor.take_varint();
  if (!length) return bytes.size() + 1;
  const std::uint64_t begin = string_at + cursor.position();
  const std::uint64_t limit = std::numeric_limits<std::uint64_t>::max() - begin;
  return begin + std::min(*length, limit);
}

}  // namespace

EntryScan scan_entry(ByteView bytes, Decoding decoding) noexcept {
  EntryScan scan;
  Cursor cursor(bytes);
  const auto fails = [&](DecodeError error, std::size_t at, bool in_string) {
    scan.fault = fault_of(error);
    scan.length_bytes = in_string ? least_length_bytes(bytes, at) : bytes.size() + 1;
    return scan;
  };
  const auto key = cursor.take_bytes();
  if (!key) return fails(key.error(), 0, true);
  scan.has_key = true;
  scan.key = *key;
  const auto count = cursor.take_varint();
  if (!count) return fails(count.error(), 0, false);
  scan.count = *count;
  if (*count == 0) scan.fault = EntryFault::no_versions;
  for (std::uint64_t i = 0; i < *count; ++i) {
    if (scan.fault != EntryFault::none && decoding == Decoding::until_fault) return scan;
    const auto version = cursor.take_varint();
    if (!version) return fails(version.error(), 0, false);
    if (*version == 0 || *version >= version_limit_0_27) {
      scan.fault = EntryFault::bad_version;
    } else if (*version <= scan.newest && scan.fault == EntryFault::none) {
      scan.fault = EntryFault::version_order;
    }
    scan.newest = *version;
    const auto has_value = cursor.take_option_tag();
    if (!has_value) return fails(has_value.error(), 0, false);
    scan.holds_value = *has_value;
    if (!*has_value) continue;
    const std::size_t value_at = cursor.position();
    if (const auto value = cursor.take_bytes(); !value) return fails(value.error(), value_at, true);
  }
  scan.length_bytes = cursor.position();
  return scan;
}

}  // namespace persist::snapshot
