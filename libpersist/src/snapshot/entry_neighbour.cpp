#include "snapshot/entry_neighbour.hpp"

#include <algorithm>
#include <array>
#include <persist/formats/varint.hpp>

#include "snapshot/entry_chain.hpp"

namespace persist::snapshot {
namespace {

constexpr std::size_t telling_prefix_length = 3;
constexpr std::size_t telling_hidden_key_bits = 10;
// What is looked at of the bytes on both sides of an entry's end, and how like or unlike sound
// bytes they have to be to say anything.
constexpr std::size_t rest_sample_bytes = 8;
constexpr std::size_t tail_sample_bytes = 24;
constexpr float telling_likeness_bits = 6;
constexpr float telling_end_bits = 4;
// Values of all kinds of bytes look like nothing in particular.
constexpr float telling_information_bits = 1.5F;
// Of one key in the oldest line's snapshots, which keep history.
constexpr std::uint64_t usual_versions = 16;
// How far behind a damaged key the rest of its entry is looked for.
constexpr std::size_t longest_damaged_key = 4096;
// More zeros than a key may begin with.
constexpr std::size_t telling_zeros = 16;

bool is_between(const Neighbourhood& around, ByteView key) noexcept {
  return key > around.key && (!around.next_key || key < *around.next_key);
}

// The key is cut by the end of the stream: what is there of it must not sort below the key before.
bool may_be_cut_key(const Neighbourhood& around) noexcept {
  if (!around.stream_ends) return false;
  formats::Cursor cursor(around.rest);
  const auto length = cursor.take_varint();
  if (!length) return length.error() == formats::DecodeError::truncated;
  if (*length <= cursor.remaining()) return false;
  const ByteView part = around.rest.substr(cursor.position());
  return part >= around.key.substr(0, part.size());
}

// Only the key's length is damaged, or its end: its first bytes are those that keys here begin
// with.
bool has_key_behind_length(const Neighbourhood& around) noexcept {
  const std::optional<ByteView> other = around.next_key ? around.next_key : around.previous_key;
  if (!other) return false;
  const std::size_t shared = common_prefix_length(*other, around.key);
  const bool has_prefix = shared >= telling_prefix_length;
  const bool is_narrow =
      around.next_key && bits_between(around.key, *around.next_key) >= telling_hidden_key_bits;
  if (!has_prefix && !is_narrow) return false;
  constexpr std::array<std::size_t, 4> varint_lengths{1, 3, 5, formats::varint_max_length_bytes};
  return std::ranges::any_of(varint_lengths, [&](std::size_t length) {
    if (around.rest.size() <= length) return false;
    const ByteView key = around.rest.substr(length, around.key.size());
    return has_prefix ? key.starts_with(around.key.substr(0, telling_prefix_length))
                      : is_between(around, key);
  });
}

// The length of a key whose bytes are damaged is one that keys here have.
bool has_usual_length(const Neighbourhood& around, std::size_t length) noexcept {
  std::size_t least = around.key.size();
  std::size_t most = least;
  for (const auto& other : {around.previous_key, around.next_key}) {
    if (!other) continue;
    least = std::min(least, other->size());
    most = std::max(most, other->size());
  }
  return length >= least / 2 && length <= 2 * most;
}

bool begins_like_an_entry(const Neighbourhood& around) noexcept {
  if (may_be_cut_key(around) || has_key_behind_length(around)) return true;
  const EntryScan next = scan_entry(around.onward, Decoding::until_fault);
  if (!next.has_key || !is_between(around, next.key)) return false;
  if (around.next_key) {
    const std::size_t bits = bits_between(around.key, *around.next_key);
    const bool is_usual = has_usual_length(around, next.key.size());
    return bits >= (is_usual ? telling_key_bits / 2 : telling_key_bits);
  }
  // Nothing bounds the key from above: it has to begin as keys do, or be followed as keys are.
  if (around.previous_key &&
      common_prefix_length(*around.previous_key, around.key) >= telling_prefix_length &&
      common_prefix_length(next.key, around.key) >= telling_prefix_length) {
    return true;
  }
  return next.fault == EntryFault::truncated && next.count <= usual_versions &&
         has_usual_length(around, next.key.size());
}

// Count, versions and values, as they follow a key, and nothing behind them.
bool is_rest_of_entry(ByteView bytes) noexcept {
  formats::Cursor cursor(bytes);
  const auto count = cursor.take_varint();
  if (!count || *count == 0 || *count > usual_versions) return false;
  Version newest = 0;
  for (std::uint64_t i = 0; i < *count; ++i) {
    const auto version = cursor.take_varint();
    if (!version || *version <= newest || *version >= version_limit_0_27) return false;
    newest = *version;
    const auto has_value = cursor.take_option_tag();
    if (!has_value || (*has_value && !cursor.take_bytes())) return false;
  }
  return cursor.remaining() == 0;
}

// The damaged bytes are one entry of which only the key is damaged.
bool ends_like_an_entry(const Neighbourhood& around) noexcept {
  if (!around.next_key) return false;
  const std::size_t to = std::min(around.rest.size(), longest_damaged_key);
  for (std::size_t at = 1; at < to; ++at) {
    if (is_rest_of_entry(around.rest.substr(at))) return true;
  }
  return false;
}

// Zeros that run past an entry's end belong to the damage, and so does the entry they complete;
// where they begin later, its end is not touched. A delete and an empty value end in a zero of
// their own, or seem to.
std::optional<Standing> standing_before_zeros(const Neighbourhood& around) noexcept {
  const std::size_t zeros = std::min(around.rest.find_first_not_of('\0'), around.rest.size());
  if (zeros < std::min(around.rest.size(), std::size_t{2})) {
    static constexpr std::array<char, telling_zeros> run{};
    const bool begin_later = around.rest.find(ByteView(run.data(), run.size())) != ByteView::npos;
    return begin_later ? std::optional(Standing::whole) : std::nullopt;
  }
  if (zeros < telling_zeros && zeros < around.rest.size() && has_key_behind_length(around)) {
    return Standing::whole;
  }
  if (!around.entry.ends_with('\0')) return Standing::whole;
  return around.value.empty() ? Standing::uncertain : Standing::damaged;
}

// What lies on both sides of the entry's end: sound bytes that end and others that begin there, or
// a piece of an entry that was taken for another's end.
Standing standing_by_likeness(const Neighbourhood& around) noexcept {
  const ByteProfile& profile = around.profile;
  const Standing unknown = around.next_key ? Standing::damaged : Standing::uncertain;
  if (profile.information_bits() < telling_information_bits) return unknown;
  const ByteView value = around.value;
  const ByteView tail = value.substr(value.size() - std::min(value.size(), tail_sample_bytes));
  const float rest_bits = profile.likeness_bits(around.rest.substr(0, rest_sample_bytes));
  if (rest_bits > telling_likeness_bits ||
      profile.least_likeness_of_end(tail) < -telling_end_bits) {
    return Standing::damaged;
  }
  if (rest_bits < -telling_likeness_bits && profile.likeness_bits(tail) > telling_likeness_bits) {
    return Standing::whole;
  }
  return unknown;
}

}  // namespace

Standing standing_of(const Neighbourhood& around) noexcept {
  if (around.rest.empty()) return Standing::whole;
  if (const auto standing = standing_before_zeros(around)) return *standing;
  if (begins_like_an_entry(around) || ends_like_an_entry(around)) return Standing::whole;
  return standing_by_likeness(around);
}

}  // namespace persist::snapshot
