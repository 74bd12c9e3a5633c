#include "log/record_walk.hpp"

#include <algorithm>
#include <persist/formats/varint.hpp>

namespace persist::log {
namespace {

constexpr std::size_t head_bytes = 512;                // enough for nearly every key
constexpr std::uint64_t longest_key_bytes = 16 << 20;  // beyond it a walk gives up, a read does not
constexpr std::size_t max_keys = 64;
constexpr std::size_t max_boundaries = 1 << 14;

}  // namespace

Result<std::optional<RecordHead>> record_head_at(Window& window, std::uint64_t offset) {
  PERSIST_TRY_ASSIGN(ByteView bytes, window.view(offset, head_bytes));
  formats::Cursor length_cursor(bytes);
  const auto key_length = length_cursor.take_varint();
  if (!key_length || *key_length > std::min(longest_key_bytes, window.remaining(offset))) {
    return std::nullopt;
  }
  const std::size_t needed = length_cursor.position() + static_cast<std::size_t>(*key_length) +
                             2 * formats::varint_max_length_bytes + 1;
  if (bytes.size() < needed) {
    PERSIST_TRY_ASSIGN(bytes, window.view(offset, needed));
  }
  formats::Cursor cursor(bytes);
  RecordHead head;
  const auto key = cursor.take_bytes();
  if (!key) return std::nullopt;
  const auto version = cursor.take_varint();
  if (!version || *version == 0) return std::nullopt;
  const auto has_value = cursor.take_option_tag();
  if (!has_value) return std::nullopt;
  head.key.assign(*key);
  head.version = *version;
  head.has_value = *has_value;
  head.offset = offset;
  std::uint64_t value_length = 0;
  if (*has_value) {
    const auto length = cursor.take_varint();
    if (!length) return std::nullopt;
    value_length = *length;
  }
  const std::uint64_t head_end = offset + cursor.position();
  if (value_length > UINT64_MAX - head_end) return std::nullopt;
  head.value_offset = head_end;
  head.end = head_end + value_length;
  return head;
}

Result<PayloadWalk> walk_payload(Window& window, std::uint64_t begin, std::uint64_t end) {
  PayloadWalk walk;
  walk.end = begin;
  std::string previous_key;
  while (walk.end < end) {
    PERSIST_TRY_ASSIGN(std::optional<RecordHead> head, record_head_at(window, walk.end));
    if (!head) break;
    if (walk.version == 0) walk.version = head->version;
    if (head->version != walk.version || head->end > end) break;
    if (walk.records > 0 && head->key <= previous_key) break;
    walk.end = head->end;
    ++walk.records;
    if (walk.keys.size() < max_keys) walk.keys.push_back(head->key);
    if (walk.boundaries.size() < max_boundaries) walk.boundaries.push_back(head->end);
    previous_key = std::move(head->key);
  }
  return walk;
}

}  // namespace persist::log
