#include <persist/formats/varint.hpp>

namespace persist::formats {
namespace {

template <class T>
void append_tagged(std::string& out, std::uint8_t tag, std::uint64_t value) {
  out.push_back(static_cast<char>(tag));
  append_little_endian(out, static_cast<T>(value));
}

}  // namespace

std::string_view describe(DecodeError error) noexcept {
  switch (error) {
    case DecodeError::truncated:
      return "the bytes end in the middle of it";
    case DecodeError::reserved_varint:
      return "a length or version that starts with the reserved byte 0xFE or 0xFF";
    case DecodeError::bad_option_tag:
      return "an Option tag that is neither 0 nor 1";
    case DecodeError::bad_magic:
      return "a header that is not recognized";
    case DecodeError::newer_version:
      return "a header of a newer format version";
    case DecodeError::bad_length:
      return "a length that cannot be";
    case DecodeError::bad_checksum:
      return "a checksum that does not match";
    case DecodeError::bad_order:
      return "keys or versions out of order";
    case DecodeError::bad_version:
      return "a version that cannot be";
  }
  return "an unknown error";
}

void append_varint(std::string& out, std::uint64_t value) {
  if (value <= varint_single_byte_max) {
    out.push_back(static_cast<char>(value));
  } else if (value <= UINT16_MAX) {
    append_tagged<std::uint16_t>(out, varint_tag_u16, value);
  } else if (value <= UINT32_MAX) {
    append_tagged<std::uint32_t>(out, varint_tag_u32, value);
  } else {
    append_tagged<std::uint64_t>(out, varint_tag_u64, value);
  }
}

void append_bytes(std::string& out, ByteView bytes) {
  append_varint(out, bytes.size());
  out.append(bytes);
}

std::size_t varint_length_bytes(std::uint64_t value) noexcept {
  if (value <= varint_single_byte_max) return 1;
  if (value <= UINT16_MAX) return 3;
  if (value <= UINT32_MAX) return 5;
  return varint_max_length_bytes;
}

}  // namespace persist::formats
