#include "snapshot/entry_neighbour.hpp"

#include <algorithm>
#include <array>
#include <persist/formats/varint.hpp>

#include "snapshot/entry_chain.hpp"

namespace persist::snapshot {
namespace {

constexpr std::size_t telling_prefix_length = 3;
constexpr std::size_t sample_length_bytes = 16;

// The key is cut by the end of the stream: what is there of it must not sort below the key before.
bool may_be_cut_key(const Neighbourhood& around) noexcept {
  formats::Cursor cursor(around.rest);
  const auto length = cursor.take_varint();
  if (!length) return around.stream_ends && length.error() == formats::DecodeError::truncated;
  if (!around.stream_ends || *length <= cursor.remaining()) return false;
  const ByteView part = around.rest.substr(cursor.position());
  return part >= around.key.substr(0, part.size());
}

// Only the key's length is damaged: its first bytes are those that all keys here begin with.
bool has_key_behind_length(const Neighbourhood& around) noexcept {
  if (!around.previous_key) return false;
  if (common_prefix_length(*around.previous_key, around.key) < telling_prefix_length) return false;
  constexpr std::array<std::size_t, 4> varint_lengths{1, 3, 5, formats::varint_max_length_bytes};
  const ByteView prefix = around.key.substr(0, telling_prefix_length);
  return std::ranges::any_of(varint_lengths, [&](std::size_t length) {
    return around.rest.size() > length && around.rest.substr(length).starts_with(prefix);
  });
}

bool begins_like_an_entry(const Neighbourhood& around) noexcept {
  if (may_be_cut_key(around) || has_key_behind_length(around)) return true;
  const EntryScan next = scan_entry(around.rest, Decoding::whole);
  if (!next.has_key || next.key <= around.key) return false;
  // A key in order, and then either the count and version of an entry or a prefix that keys share.
  const auto shared =
      around.previous_key ? common_prefix_length(*around.previous_key, around.key) : 0;
  if (shared >= telling_prefix_length) {
    return common_prefix_length(next.key, around.key) >= telling_prefix_length;
  }
  return next.fault == EntryFault::truncated ? next.count == 1 : has_length(next.fault);
}

// Expected length of the character that starts with `lead`; 0 for what starts none.
std::size_t character_length(unsigned char lead) noexcept {
  if (lead < 0x80) return 1;
  if (lead >= 0xC2 && lead < 0xE0) return 2;
  if (lead >= 0xE0 && lead < 0xF0) return 3;
  if (lead >= 0xF0 && lead < 0xF5) return 4;
  return 0;
}

bool is_continuation(char byte) noexcept {
  return (static_cast<unsigned char>(byte) & 0xC0U) == 0x80U;
}

}  // namespace

bool is_text(ByteView bytes) noexcept {
  for (int cut = 0; cut < 3 && !bytes.empty() && is_continuation(bytes.front()); ++cut) {
    bytes.remove_prefix(1);
  }
  while (!bytes.empty()) {
    const char first = bytes.front();
    const auto code = static_cast<unsigned char>(first);
    if ((code < 0x20 && first != '\n' && first != '\r' && first != '\t') || code == 0x7F)
      return false;
    const std::size_t length = character_length(code);
    if (length == 0) return false;
    const ByteView character = bytes.substr(0, length);
    if (!std::all_of(character.begin() + 1, character.end(), is_continuation)) return false;
    bytes.remove_prefix(character.size());
  }
  return true;
}

Standing standing_of(const Neighbourhood& around) noexcept {
  if (around.rest.empty() || begins_like_an_entry(around)) return Standing::whole;
  // Zeros that run past an entry's end belong to the damage, and so does the entry they complete;
  // but a delete ends in a zero of its own.
  if (around.rest.front() == '\0' && around.rest.substr(0, 2).back() == '\0') {
    const bool ends_in_zero = around.value && around.entry.ends_with('\0');
    return ends_in_zero ? Standing::damaged : Standing::whole;
  }
  if (around.values_are_text && around.value) {
    if (!is_text(*around.value)) return Standing::damaged;  // it swallowed something
    const bool rest_is_text = is_text(around.rest.substr(0, sample_length_bytes));
    return rest_is_text ? Standing::damaged : Standing::uncertain;  // damaged: it ends too early
  }
  return around.resumes ? Standing::damaged : Standing::uncertain;
}

}  // namespace persist::snapshot
