#include "log/legacy_scan.hpp"

#include <xxhash.h>

#include <algorithm>
#include <cstring>

#include "log/prefetch.hpp"

namespace persist::log {
namespace {

// Before so many keys nothing is known about their shape.
constexpr std::uint32_t least_keys = 16;
// And before so many, nothing that stands in front of a counted version tells much.
constexpr std::uint32_t telling_keys = 32;

// With so many, the length of a key says little.
constexpr std::size_t many_lengths = 8;

std::size_t shape_of(std::uint64_t length, char first) {
  return std::min<std::size_t>(length, 255) * 256 + static_cast<std::uint8_t>(first);
}

// 16 bytes at a time: where `tag` is, with `high` `distance` behind it.
using Lanes __attribute__((vector_size(16))) = std::uint8_t;
using Words __attribute__((vector_size(16))) = std::uint64_t;

Lanes load_lanes(const char* at) {
  Lanes lanes;
  std::memcpy(&lanes, at, sizeof lanes);
  return lanes;
}

const char* find_tagged(const char* at, const char* end, std::uint8_t tag, std::ptrdiff_t distance,
                        std::uint8_t high) {
  const Lanes tags = Lanes{} + tag;
  const Lanes highs = Lanes{} + high;
  while (end - at >= 16 + distance) {
    const Lanes hits = (load_lanes(at) == tags) & (load_lanes(at + distance) == highs);
    const Words words = reinterpret_cast<const Words&>(hits);
    if ((words[0] | words[1]) != 0) break;
    at += 16;
  }
  for (; end - at > distance; ++at) {
    if (static_cast<std::uint8_t>(*at) == tag && static_cast<std::uint8_t>(at[distance]) == high) {
      return at;
    }
  }
  return end;
}

// Whether an option's tag stands at `at`, with nothing behind it, or a value that ends at `end`.
bool ends_record(const char* at, const char* end) {
  RecordShape shape;
  const auto available = static_cast<std::size_t>(end - at);
  return parse_behind_version(at, available, 0, shape) == Parse::whole && shape.length == available;
}

}  // namespace

bool LegacyScanner::is_near(Version version) const noexcept {
  const Version slack = versions_.is_counter() ? 64 : versions_.slack();
  const Version ahead = versions_.is_counter() ? 4000 : versions_.reach();
  if (version + slack < last_) return false;
  if (version > last_ && version - last_ > ahead) return false;
  return version == last_ || !versions_.is_counter() || version > versions_.newest() ||
         !versions_.is_taken(version);
}

// Whether a counter's version of one byte that could come next stands behind a key's length.
bool LegacyScanner::holds_short_version(const char* from, const char* to) const {
  for (const char* at = from; at + 1 < to; ++at) {
    if (static_cast<std::uint8_t>(at[1]) > 1) continue;
    const auto version = static_cast<std::uint8_t>(*at);
    if (version == 0 || version > formats::varint_single_byte_max || !is_near(version)) continue;
    for (std::ptrdiff_t length = 0; length < std::min<std::ptrdiff_t>(at - from, 251); ++length) {
      if (static_cast<std::uint8_t>(at[-1 - length]) == length &&
          key_lengths_[static_cast<std::size_t>(length)]) {
        return true;
      }
    }
  }
  return false;
}

// The same of longer ones, which are told by themselves.
bool LegacyScanner::holds_wide_version(const char* from, const char* to) const {
  const bool is_wider = last_ > UINT16_MAX;
  const std::uint8_t tag = is_wider ? formats::varint_tag_u32 : formats::varint_tag_u16;
  const std::ptrdiff_t width = is_wider ? 4 : 2;
  const auto high = static_cast<std::uint8_t>(last_ >> (8 * (width - 1)));
  for (const char* at = from;; ++at) {
    at = find_tagged(at, to, tag, width, high);
    if (at == to) return false;
    Version version = 0;
    std::memcpy(&version, at + 1, static_cast<std::size_t>(width));
    if (!is_near(version)) continue;
    if (at + width + 1 < to && static_cast<std::uint8_t>(at[width + 1]) > 1) continue;
    return true;
  }
}

// Whether a clock's version of 8 bytes that could come next ends at `at`.
bool LegacyScanner::is_clock_version_in(const char* from, const char* at) const {
  constexpr std::ptrdiff_t width = sizeof(Version);
  if (at - from <= width) return false;
  if (static_cast<std::uint8_t>(at[-width - 1]) != formats::varint_tag_u64) return false;
  return is_near(formats::load_little_endian<Version>(at - width));
}

// The uppermost bytes of a clock's version change once in minutes: three of them are known again,
// wherever those below were cut. What is left like that has to be the last thing in [from, to).
bool LegacyScanner::holds_clock_version(const char* from, const char* to) const {
  const auto byte_of = [this](unsigned i) { return static_cast<std::uint8_t>(last_ >> (8 * i)); };
  for (const char* at = from;; ++at) {
    at = find_tagged(at, to, byte_of(6), 1, byte_of(7));
    if (at == to) return false;
    const char* const end = at + 2;
    const bool has_tag = end >= to || static_cast<std::uint8_t>(*end) <= 1;
    if (has_tag && is_clock_version_in(from, end)) return true;
    const bool is_cut = at > from && static_cast<std::uint8_t>(at[-1]) == byte_of(5);
    if (is_cut && ends_record(end, to)) return true;
  }
}

// Whether a version that could come next stands somewhere in [from, to), followed by an option tag.
bool LegacyScanner::holds_version(const char* from, const char* to) const {
  if (last_ <= formats::varint_single_byte_max) return holds_short_version(from, to);
  return last_ <= UINT32_MAX ? holds_wide_version(from, to) : holds_clock_version(from, to);
}

bool LegacyScanner::ends_in_remains(const char* from, const char* to) const {
  if (last_ > UINT32_MAX) return holds_clock_version(from, to);
  if (keys_ < telling_keys) return false;
  for (const char* at = from; at < to; ++at) {
    Version version = 0;
    const int length = parse_varint(at, static_cast<std::size_t>(to - at), version);
    if (length > 0 && version != 0 && is_near(version) && ends_record(at + length, to)) return true;
  }
  return false;
}

// A key of a new shape that contains the start of a key of a known one, or lies inside one: the
// record before it has swallowed a part of something.
bool LegacyScanner::key_is_odd(const char* begin, const char* at, const RecordShape& shape) const {
  const char* const key = at + shape.key_at;
  const char* const end = key + shape.key_length;
  const std::uint64_t longest = std::min<std::uint64_t>(shape.key_length, 251);
  for (std::uint64_t length = 0; length < longest; ++length) {
    const char* const start = end - length - 1;
    if (static_cast<std::uint8_t>(*start) != length || !key_lengths_[length]) continue;
    if (length == 0 || key_shapes_[shape_of(length, start[1])]) return true;
  }
  for (std::uint64_t length = shape.key_length + 1; length < 251; ++length) {
    const char* const start = end - length - 1;
    if (start < begin) break;
    if (static_cast<std::uint8_t>(*start) != length) continue;
    if (key_lengths_[length] && key_shapes_[shape_of(length, start[1])]) return true;
  }
  return false;
}

bool LegacyScanner::has_seen(ByteView key) const {
  const std::size_t bit = XXH3_64bits(key.data(), key.size()) % key_filter_bits;
  return (key_filter_[bit / 64] >> (bit % 64) & 1U) != 0;
}

void LegacyScanner::note_key(ByteView key) {
  const std::size_t bit = XXH3_64bits(key.data(), key.size()) % key_filter_bits;
  key_filter_[bit / 64] |= std::uint64_t{1} << (bit % 64);
}

// A key that is new and ends in the length and the bytes of one that is known: where lengths vary,
// that is how a key that was cut and another record's start look.
bool LegacyScanner::key_holds_another(ByteView key) const {
  const std::size_t longest = std::min<std::size_t>(key.size(), 251);
  for (std::size_t length = 1; length < longest; ++length) {
    const std::size_t start = key.size() - length - 1;
    if (static_cast<std::uint8_t>(key[start]) != length || !key_lengths_[length]) continue;
    if (has_seen(key.substr(start + 1)) && !has_seen(key)) return true;
  }
  return false;
}

bool LegacyScanner::has_odd_key(const char* begin, const char* at, const RecordShape& shape) {
  const char* const key = at + shape.key_at;
  const std::size_t key_shape = shape_of(shape.key_length, shape.key_length > 0 ? *key : '\0');
  bool odd = false;
  if (!key_shapes_[key_shape]) {
    odd = keys_ >= least_keys && key_is_odd(begin, at, shape);
    if (!odd) {
      key_shapes_[key_shape] = true;
      if (shape.key_length < 256 && !key_lengths_[shape.key_length]) {
        key_lengths_[shape.key_length] = true;
        if (++distinct_lengths_ == many_lengths) key_filter_.resize(key_filter_bits / 64);
      }
    }
  }
  if (!key_filter_.empty()) {
    const ByteView bytes(key, static_cast<std::size_t>(shape.key_length));
    if (!odd) odd = key_holds_another(bytes);
    if (!odd) note_key(bytes);
  }
  ++keys_;
  return odd || (shape.key_length >= 12 && holds_version(key, key + shape.key_length));
}

bool LegacyScanner::knows_shape_of(ByteView key) const {
  return key_shapes_[shape_of(key.size(), key.empty() ? '\0' : key.front())];
}

bool LegacyScanner::has_odd_value(const char* at, const RecordShape& shape) const {
  if (shape.value_length < 4) return false;
  const char* const value = at + shape.value_at();
  const char* const end = at + shape.length;
  if (holds_version(value, end)) return true;
  // A key that was cut tells nothing of where a short version begins.
  return last_ <= formats::varint_single_byte_max && ends_in_remains(value, end);
}

bool LegacyScanner::was_odd(ByteView bytes, std::size_t at) const {
  RecordShape shape;
  if (parse_record(bytes.data() + at, bytes.size() - at, shape) != Parse::whole) return false;
  return key_is_odd(bytes.data(), bytes.data() + at, shape);
}

ScanStop LegacyScanner::scan(ByteView bytes, std::uint64_t offset, std::size_t& at,
                             std::uint64_t trusted, std::vector<PendingRecord>& records) {
  const char* const begin = bytes.data();
  RecordShape shape;
  while (true) {
    prefetch_record_behind(begin + at);
    const Parse parse = parse_record(begin + at, bytes.size() - at, shape);
    if (parse == Parse::truncated) return ScanStop::end_of_bytes;
    if (parse == Parse::bad) return ScanStop::not_a_record;
    if (offset + at >= trusted && could_be_log_header(bytes.substr(at))) {
      return ScanStop::not_a_record;
    }
    if (shape.version != last_) {
      if (shape.version == before_last_ || !versions_.goes_on(shape.version)) {
        return ScanStop::new_versions;
      }
      versions_.note(shape.version);
      before_last_ = last_;
      last_ = shape.version;
    }
    records.push_back({offset + at, shape});
    const char* const record = begin + at;
    const bool has_odd_key = this->has_odd_key(begin, record, shape);
    at += static_cast<std::size_t>(shape.length);
    if (offset + at <= trusted) continue;
    if (has_odd_key) return ScanStop::odd_key;
    if (has_odd_value(record, shape)) return ScanStop::odd_value;
  }
}

}  // namespace persist::log
