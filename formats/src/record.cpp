#include <persist/formats/record.hpp>

namespace persist::formats {

void append_record(std::string& out, const RecordView& record) {
  append_bytes(out, record.key);
  append_varint(out, record.version);
  out.push_back(record.value ? '\1' : '\0');
  if (record.value) append_bytes(out, *record.value);
}

std::size_t record_length_bytes(const RecordView& record) noexcept {
  std::size_t length = varint_length_bytes(record.key.size()) + record.key.size() +
                       varint_length_bytes(record.version) + 1;
  if (record.value) length += varint_length_bytes(record.value->size()) + record.value->size();
  return length;
}

Decoded<void> decode_payload(ByteView payload, std::vector<RecordView>& records) {
  records.clear();
  if (payload.empty()) return std::unexpected(DecodeError::bad_length);
  Cursor cursor(payload);
  while (cursor.remaining() > 0) {
    const auto record = take_record(cursor);
    if (!record) return std::unexpected(record.error());
    if (record->version == 0) return std::unexpected(DecodeError::bad_version);
    if (!records.empty()) {
      if (record->version != records.back().version) {
        return std::unexpected(DecodeError::bad_version);
      }
      if (record->key <= records.back().key) return std::unexpected(DecodeError::bad_order);
    }
    records.push_back(*record);
  }
  return {};
}

}  // namespace persist::formats
