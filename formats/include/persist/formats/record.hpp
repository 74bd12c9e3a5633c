// A record: one key set or deleted at one version (README.md, "Records"). The legacy log is nothing
// but records; a frame's payload is the records of one commit.
#pragma once

#include <optional>
#include <span>
#include <vector>

#include <persist/formats/varint.hpp>

namespace persist::formats {

// Views into the bytes that were decoded. An empty `value` is a delete (a tombstone).
struct RecordView {
  ByteView key;
  Version version = 0;
  std::optional<ByteView> value;

  friend bool operator==(const RecordView&, const RecordView&) = default;
};

// The record at the cursor, which moves behind it; on an error the cursor's position is unspecified.
// Errors: truncated, reserved_varint, bad_option_tag. Inline: it is the inner loop of every reader.
[[nodiscard]] inline Decoded<RecordView> take_record(Cursor& cursor) noexcept {
  RecordView record;
  const auto key = cursor.take_bytes();
  if (!key) return std::unexpected(key.error());
  record.key = *key;
  const auto version = cursor.take_varint();
  if (!version) return std::unexpected(version.error());
  record.version = *version;
  const auto has_value = cursor.take_option_tag();
  if (!has_value) return std::unexpected(has_value.error());
  if (*has_value) {
    const auto value = cursor.take_bytes();
    if (!value) return std::unexpected(value.error());
    record.value = *value;
  }
  return record;
}

void append_record(std::string& out, const RecordView& record);
[[nodiscard]] std::size_t record_length_bytes(const RecordView& record) noexcept;

// Decodes a payload into `records` (cleared first): exactly, to its last byte, at least one record,
// all of one version that is not 0, keys strictly ascending. Errors: those of take_record;
// bad_length for an empty payload; bad_version; bad_order.
[[nodiscard]] Decoded<void> decode_payload(ByteView payload, std::vector<RecordView>& records);

}  // namespace persist::formats
