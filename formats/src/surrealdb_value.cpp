#include <algorithm>
#include <array>
#include <persist/formats/surrealdb_value.hpp>

#include "surrealdb_number.hpp"

namespace persist::formats {
namespace {

constexpr int max_depth = 64;  // deeper than any id a person makes, shallow enough for any stack

constexpr char slice_end = 0;
constexpr char slice_escape = 1;

constexpr std::size_t uuid_length_bytes = 16;

// A record id's kinds in the order of their tags, 02 and on.
constexpr std::array id_kinds{SurrealValue::Kind::number, SurrealValue::Kind::string,
                              SurrealValue::Kind::uuid, SurrealValue::Kind::array,
                              SurrealValue::Kind::object};
constexpr std::uint8_t first_id_tag = 2;

std::unexpected<DecodeError> wrong() {
  return std::unexpected(DecodeError::bad_option_tag);
}
std::unexpected<DecodeError> truncated() {
  return std::unexpected(DecodeError::truncated);
}

Decoded<std::uint8_t> take_byte(ByteView& bytes) {
  if (bytes.empty()) return truncated();
  const auto byte = static_cast<std::uint8_t>(bytes.front());
  bytes.remove_prefix(1);
  return byte;
}

Decoded<std::uint64_t> take_big_endian(ByteView& bytes, std::size_t length) {
  if (bytes.size() < length) return truncated();
  std::uint64_t value = 0;
  for (std::size_t i = 0; i < length; ++i)
    value = value << 8U | static_cast<std::uint8_t>(bytes[i]);
  bytes.remove_prefix(length);
  return value;
}

void append_big_endian(std::string& out, std::uint64_t value, std::size_t length) {
  for (std::size_t i = length; i-- > 0;) out += static_cast<char>(value >> (8 * i) & 0xFFU);
}

constexpr std::uint64_t sign_bit = std::uint64_t{1} << 63U;

Decoded<SurrealNumber> take_number(ByteView& bytes) {
  const auto slice = take_slice(bytes);
  if (!slice) return std::unexpected(slice.error());
  auto number = decode_surreal_number(*slice);
  if (!number) return number;
  const auto kind = take_byte(bytes);
  if (!kind) return std::unexpected(kind.error());
  if (*kind < 2 || *kind > 4) return wrong();
  number->kind = static_cast<SurrealNumber::Kind>(*kind);
  if (!is_within_its_kind(*number)) return wrong();
  return number;
}

Decoded<SurrealValue> take_value(ByteView& bytes, int depth);

// Whether the sequence ends here; its end is taken.
bool take_end(ByteView& bytes) {
  if (bytes.empty() || bytes.front() != slice_end) return false;
  bytes.remove_prefix(1);
  return true;
}

Decoded<void> take_items(ByteView& bytes, std::vector<SurrealValue>& items, int depth) {
  while (!take_end(bytes)) {
    auto item = take_value(bytes, depth + 1);
    if (!item) return std::unexpected(item.error());
    items.push_back(*std::move(item));
  }
  return {};
}

Decoded<void> take_members(ByteView& bytes, SurrealValue& value, int depth) {
  while (!take_end(bytes)) {
    auto key = take_slice(bytes);
    if (!key) return std::unexpected(key.error());
    auto member = take_value(bytes, depth + 1);
    if (!member) return std::unexpected(member.error());
    value.members.emplace_back(*std::move(key), *std::move(member));
  }
  return {};
}

Decoded<void> take_text(ByteView& bytes, std::string& text) {
  auto slice = take_slice(bytes);
  if (!slice) return std::unexpected(slice.error());
  text = *std::move(slice);
  return {};
}

Decoded<void> take_uuid(ByteView& bytes, std::string& text) {
  if (bytes.size() < uuid_length_bytes) return truncated();
  text = bytes.substr(0, uuid_length_bytes);
  bytes.remove_prefix(uuid_length_bytes);
  return {};
}

Decoded<void> take_duration(ByteView& bytes, SurrealValue& value) {
  const auto seconds = take_big_endian(bytes, 8);
  if (!seconds) return std::unexpected(seconds.error());
  const auto nanoseconds = take_big_endian(bytes, 4);
  if (!nanoseconds) return std::unexpected(nanoseconds.error());
  value.seconds = *seconds;
  value.nanoseconds = static_cast<std::uint32_t>(*nanoseconds);
  return {};
}

// What follows a value's tag.
Decoded<void> take_body(ByteView& bytes, SurrealValue& value, int depth) {
  using Kind = SurrealValue::Kind;
  switch (value.kind) {
    case Kind::none:
    case Kind::null:
      return {};
    case Kind::boolean: {
      const auto byte = take_byte(bytes);
      if (!byte) return std::unexpected(byte.error());
      if (*byte > 3) return wrong();
      value.boolean = (*byte & 1U) != 0;
      return {};
    }
    case Kind::number: {
      auto number = take_number(bytes);
      if (!number) return std::unexpected(number.error());
      value.number = *std::move(number);
      return {};
    }
    case Kind::string:
    case Kind::datetime:
      return take_text(bytes, value.text);
    case Kind::duration:
      return take_duration(bytes, value);
    case Kind::uuid:
      return take_uuid(bytes, value.text);
    case Kind::array:
    case Kind::set:
      return take_items(bytes, value.items, depth);
    case Kind::object:
      return take_members(bytes, value, depth);
  }
  return wrong();
}

Decoded<SurrealValue> take_value(ByteView& bytes, int depth) {
  if (depth > max_depth) return std::unexpected(DecodeError::bad_length);
  const auto tag = take_byte(bytes);
  if (!tag) return std::unexpected(tag.error());
  if (*tag < static_cast<std::uint8_t>(SurrealValue::Kind::none) ||
      *tag > static_cast<std::uint8_t>(SurrealValue::Kind::object)) {
    return wrong();
  }
  SurrealValue value;
  value.kind = static_cast<SurrealValue::Kind>(*tag);
  if (const auto body = take_body(bytes, value, depth); !body) return std::unexpected(body.error());
  return value;
}

void append_body(std::string& out, const SurrealValue& value) {
  using Kind = SurrealValue::Kind;
  switch (value.kind) {
    case Kind::none:
    case Kind::null:
      return;
    case Kind::boolean:
      out += value.boolean ? '\1' : '\0';
      return;
    case Kind::number:
      append_slice(out, encode_surreal_number(value.number));
      out += static_cast<char>(value.number.kind);
      return;
    case Kind::string:
    case Kind::datetime:
      return append_slice(out, value.text);
    case Kind::duration:
      append_big_endian(out, value.seconds, 8);
      return append_big_endian(out, value.nanoseconds, 4);
    case Kind::uuid:
      out += value.text;
      return;
    case Kind::array:
    case Kind::set:
      for (const SurrealValue& item : value.items) append_surreal_value(out, item);
      out += slice_end;
      return;
    case Kind::object:
      for (const auto& [key, member] : value.members) {
        append_slice(out, key);
        append_surreal_value(out, member);
      }
      out += slice_end;
  }
}

}  // namespace

SurrealValue SurrealValue::integer(std::int64_t value) {
  SurrealValue result;
  result.kind = Kind::number;
  result.number.is_negative = value < 0;
  const auto bits = static_cast<std::uint64_t>(value);
  const std::uint64_t magnitude = value < 0 ? 0 - bits : bits;
  if (magnitude != 0) result.number.digits = std::to_string(magnitude);
  return result;
}

SurrealValue SurrealValue::string(std::string text) {
  SurrealValue result;
  result.kind = Kind::string;
  result.text = std::move(text);
  return result;
}

void append_slice(std::string& out, ByteView bytes) {
  for (const char byte : bytes) {
    if (static_cast<std::uint8_t>(byte) <= slice_escape) out += slice_escape;
    out += byte;
  }
  out += slice_end;
}

Decoded<std::string> take_slice(ByteView& bytes) {
  std::string slice;
  for (std::size_t i = 0; i < bytes.size(); ++i) {
    if (bytes[i] == slice_end) {
      bytes.remove_prefix(i + 1);
      return slice;
    }
    if (bytes[i] == slice_escape && ++i == bytes.size()) break;
    slice += bytes[i];
  }
  return truncated();
}

void append_surreal_value(std::string& out, const SurrealValue& value) {
  out += static_cast<char>(value.kind);
  append_body(out, value);
}

Decoded<SurrealValue> take_surreal_value(ByteView& bytes) {
  return take_value(bytes, 0);
}

void append_record_id(std::string& out, const SurrealValue& id) {
  const auto* kind = std::find(id_kinds.begin(), id_kinds.end(), id.kind);
  out += static_cast<char>(first_id_tag + (kind - id_kinds.begin()));
  if (id.kind == SurrealValue::Kind::number) {
    append_big_endian(out, static_cast<std::uint64_t>(integer_of(id.number)) ^ sign_bit, 8);
  } else {
    append_body(out, id);
  }
}

Decoded<SurrealValue> take_record_id(ByteView& bytes) {
  const auto tag = take_byte(bytes);
  if (!tag) return std::unexpected(tag.error());
  if (*tag < first_id_tag || *tag >= first_id_tag + id_kinds.size()) return wrong();
  SurrealValue id;
  id.kind = id_kinds[*tag - first_id_tag];
  if (id.kind == SurrealValue::Kind::number) {
    const auto bits = take_big_endian(bytes, 8);
    if (!bits) return std::unexpected(bits.error());
    return SurrealValue::integer(static_cast<std::int64_t>(*bits ^ sign_bit));
  }
  if (const auto body = take_body(bytes, id, 0); !body) return std::unexpected(body.error());
  return id;
}

}  // namespace persist::formats
