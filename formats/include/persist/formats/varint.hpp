// Unsigned varints of bincode 2, standard configuration (README.md, "Primitives"): one byte up to
// 250, else a tag byte (0xFB u16, 0xFC u32, 0xFD u64) and the integer, little endian.
#pragma once

#include <bit>
#include <cstring>

#include <persist/formats/bytes.hpp>

namespace persist::formats {

static_assert(std::endian::native == std::endian::little,
              "integers are copied as they lie in the file; a big-endian port swaps them here");

inline constexpr std::uint8_t varint_single_byte_max = 250;
inline constexpr std::uint8_t varint_tag_u16 = 0xFB;
inline constexpr std::uint8_t varint_tag_u32 = 0xFC;
inline constexpr std::uint8_t varint_tag_u64 = 0xFD;
inline constexpr std::size_t varint_max_length_bytes = 9;

// An integer of the file at `from`; the caller has checked that sizeof(T) bytes are there.
template <class T>
[[nodiscard]] inline T load_little_endian(const char* from) noexcept {
  T value;
  std::memcpy(&value, from, sizeof value);
  return value;
}

template <class T>
inline void append_little_endian(std::string& out, T value) {
  char bytes[sizeof value];
  std::memcpy(bytes, &value, sizeof value);
  out.append(bytes, sizeof value);
}

// Walks over bytes. Every take_* either moves behind what it returns or leaves the position where
// it was. Nothing is copied and nothing allocated: a declared length is compared with what is left.
class Cursor {
 public:
  explicit Cursor(ByteView bytes) noexcept : begin_(bytes.data()), at_(begin_), end_(begin_ + bytes.size()) {}

  [[nodiscard]] std::size_t position() const noexcept { return static_cast<std::size_t>(at_ - begin_); }
  [[nodiscard]] std::size_t remaining() const noexcept { return static_cast<std::size_t>(end_ - at_); }

  // Moves over bytes that are not looked at; at most remaining() of them.
  void skip(std::size_t length) noexcept { at_ += length; }

  // Errors: truncated, reserved_varint. Longer encodings than needed are accepted, as the engine does.
  [[nodiscard]] Decoded<std::uint64_t> take_varint() noexcept {
    if (at_ == end_) return std::unexpected(DecodeError::truncated);
    const auto first = static_cast<std::uint8_t>(*at_);
    if (first <= varint_single_byte_max) {
      ++at_;
      return first;
    }
    switch (first) {
      case varint_tag_u16:
        return take_tagged<std::uint16_t>();
      case varint_tag_u32:
        return take_tagged<std::uint32_t>();
      case varint_tag_u64:
        return take_tagged<std::uint64_t>();
      default:
        return std::unexpected(DecodeError::reserved_varint);
    }
  }

  // A varint length and that many bytes. Errors: those of take_varint; truncated when fewer are left.
  [[nodiscard]] Decoded<ByteView> take_bytes() noexcept {
    const char* const start = at_;
    const auto length = take_varint();
    if (!length) return std::unexpected(length.error());
    if (*length > remaining()) {
      at_ = start;
      return std::unexpected(DecodeError::truncated);
    }
    const ByteView bytes(at_, static_cast<std::size_t>(*length));
    at_ += *length;
    return bytes;
  }

  // An Option tag: false for None. Errors: truncated, bad_option_tag.
  [[nodiscard]] Decoded<bool> take_option_tag() noexcept {
    if (at_ == end_) return std::unexpected(DecodeError::truncated);
    const auto tag = static_cast<std::uint8_t>(*at_);
    if (tag > 1) return std::unexpected(DecodeError::bad_option_tag);
    ++at_;
    return tag == 1;
  }

 private:
  template <class T>
  [[nodiscard]] Decoded<std::uint64_t> take_tagged() noexcept {
    if (remaining() < 1 + sizeof(T)) return std::unexpected(DecodeError::truncated);
    const T value = load_little_endian<T>(at_ + 1);
    at_ += 1 + sizeof(T);
    return value;
  }

  const char* begin_;
  const char* at_;
  const char* end_;
};

// The shortest encoding, as the engine's encoder writes it.
void append_varint(std::string& out, std::uint64_t value);
void append_bytes(std::string& out, ByteView bytes);
[[nodiscard]] std::size_t varint_length_bytes(std::uint64_t value) noexcept;

}  // namespace persist::formats
