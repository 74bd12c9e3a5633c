// One record of the legacy log as it lies in the file, found without copying or trusting anything.
#pragma once

#include <persist/formats/log_header.hpp>
#include <persist/formats/varint.hpp>

namespace persist::log {

// Where the parts of a record lie, relative to its first byte.
struct RecordShape {
  std::uint64_t key_length = 0;
  std::uint64_t version = 0;
  std::uint64_t value_length = 0;  // 0 for a delete
  std::uint64_t length = 0;        // of the whole record; may pass the end of the bytes at hand
  std::uint8_t key_at = 0;
  std::uint8_t version_length = 0;
  bool has_value = false;

  [[nodiscard]] std::uint64_t version_at() const noexcept { return key_at + key_length; }
  [[nodiscard]] std::uint64_t tag_at() const noexcept { return version_at() + version_length; }
  [[nodiscard]] std::uint64_t value_at() const noexcept { return length - value_length; }
};

enum class Parse : std::uint8_t {
  whole,
  truncated,  // right as far as the bytes go, which end in front of the record's end
  bad,        // no encoder writes these bytes
};

// A varint in its shortest form, the only one that encoders write; anything else is no varint here.
// Returns its length, 0 when the bytes end in it, -1 when it is none.
[[nodiscard]] inline int parse_varint(const char* at, std::size_t available,
                                      std::uint64_t& value) noexcept {
  if (available == 0) return 0;
  const auto first = static_cast<std::uint8_t>(*at);
  if (first <= formats::varint_single_byte_max) {
    value = first;
    return 1;
  }
  if (first == formats::varint_tag_u16) {
    if (available < 3) return 0;
    value = formats::load_little_endian<std::uint16_t>(at + 1);
    return value > formats::varint_single_byte_max ? 3 : -1;
  }
  if (first == formats::varint_tag_u32) {
    if (available < 5) return 0;
    value = formats::load_little_endian<std::uint32_t>(at + 1);
    return value > UINT16_MAX ? 5 : -1;
  }
  if (first == formats::varint_tag_u64) {
    if (available < 9) return 0;
    value = formats::load_little_endian<std::uint64_t>(at + 1);
    return value > UINT32_MAX ? 9 : -1;
  }
  return -1;
}

// Whether the framed part's header begins here, but for its first byte: with another one there it
// reads as the length of a key that takes in a part of the first frame.
[[nodiscard]] inline bool could_be_log_header(ByteView bytes) noexcept {
  return bytes.size() > 1 && bytes.substr(1).starts_with(formats::log_magic.substr(1));
}

// Neither keys nor values get there; a damaged length does.
inline constexpr std::uint64_t longest_part_bytes = std::uint64_t{1} << 40U;

// Everything behind the version, from `position` on: tag and value. Fills the rest of `shape`.
[[nodiscard]] inline Parse parse_behind_version(const char* at, std::size_t available,
                                                std::uint64_t position,
                                                RecordShape& shape) noexcept {
  if (position >= available) return Parse::truncated;
  const auto tag = static_cast<std::uint8_t>(at[position]);
  if (tag > 1) return Parse::bad;
  ++position;
  shape.has_value = tag == 1;
  shape.value_length = 0;
  if (!shape.has_value) {
    shape.length = position;
    return Parse::whole;
  }
  std::uint64_t number = 0;
  const int value_head = parse_varint(at + position, available - position, number);
  if (value_head <= 0) return value_head == 0 ? Parse::truncated : Parse::bad;
  if (number > longest_part_bytes) return Parse::bad;
  shape.value_length = number;
  shape.length = position + static_cast<std::uint64_t>(value_head) + number;
  return shape.length <= available ? Parse::whole : Parse::truncated;
}

// Everything behind the key, from `position` on: version, tag and value. Fills the rest of `shape`.
[[nodiscard]] inline Parse parse_behind_key(const char* at, std::size_t available,
                                            std::uint64_t position, RecordShape& shape) noexcept {
  if (position >= available) return Parse::truncated;
  const int version_head = parse_varint(at + position, available - position, shape.version);
  if (version_head <= 0) return version_head == 0 ? Parse::truncated : Parse::bad;
  if (shape.version == 0) return Parse::bad;
  shape.version_length = static_cast<std::uint8_t>(version_head);
  return parse_behind_version(at, available, position + static_cast<std::uint64_t>(version_head),
                              shape);
}

// The record at `at`. When it is `open`, its length is 0 unless the bytes hold its whole head.
[[nodiscard]] inline Parse parse_record(const char* at, std::size_t available,
                                        RecordShape& shape) noexcept {
  std::uint64_t number = 0;
  const int key_head = parse_varint(at, available, number);
  shape.length = 0;
  if (key_head <= 0) return key_head == 0 ? Parse::truncated : Parse::bad;
  if (number > longest_part_bytes) return Parse::bad;
  shape.key_at = static_cast<std::uint8_t>(key_head);
  shape.key_length = number;
  return parse_behind_key(at, available, static_cast<std::uint64_t>(key_head) + number, shape);
}

}  // namespace persist::log
