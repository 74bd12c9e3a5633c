// Every decoder of formats but SurrealDB's: what decodes encodes to bytes that decode to the same.
#include <persist/formats/frame.hpp>
#include <persist/formats/lz4_frame.hpp>
#include <persist/formats/snapshot_entry.hpp>
#include <persist/formats/snapshot_header.hpp>
#include <vector>

#include "fuzz/check.hpp"

using namespace persist;
using namespace persist::formats;
using persist::fuzz::require;

namespace {

void try_varint(ByteView bytes) {
  Cursor cursor(bytes);
  const auto value = cursor.take_varint();
  if (!value) return require(cursor.position() == 0, "a failed varint leaves the cursor");
  std::string encoded;
  append_varint(encoded, *value);
  require(encoded.size() == varint_length_bytes(*value), "a varint's length is as announced");
  require(encoded.size() <= cursor.position(), "the shortest varint is written");
  Cursor again(encoded);
  require(again.take_varint() == value && again.remaining() == 0, "a varint comes back");
}

void try_record(ByteView bytes) {
  Cursor cursor(bytes);
  const auto record = take_record(cursor);
  if (!record) return;
  std::string encoded;
  append_record(encoded, *record);
  require(encoded.size() == record_length_bytes(*record), "a record's length is as announced");
  require(encoded.size() <= cursor.position(), "a record is written in its shortest form");
  Cursor again(encoded);
  const auto copy = take_record(again);
  require(copy.has_value() && *copy == *record && again.remaining() == 0, "a record comes back");
}

void try_payload(ByteView bytes) {
  std::vector<RecordView> records;
  const bool decodes = decode_payload(bytes, records).has_value();
  if (!decodes) return;
  require(!records.empty(), "a payload has a record");
  for (const RecordView& record : records) {
    require(record.version == records.front().version && record.version != 0,
            "a payload has one version");
  }
  const ByteView beginning = bytes.substr(0, bytes.size() / 2 + 1);
  require(may_be_payload(beginning, bytes.size()), "the cheap test lets a payload pass");
  for (const FrameVersion version : {FrameVersion::v1, FrameVersion::v2}) {
    std::string frame;
    append_frame(frame, bytes, records.front().version, version);
    std::vector<RecordView> copies;
    const auto decoded = decode_frame(frame, version, copies);
    require(decoded.has_value() && copies == records, "a frame comes back");
    require(decoded->length_bytes == frame.size(), "a frame's length is as written");
    PayloadChecksum pieces(bytes.size());
    pieces.add(beginning);
    pieces.add(bytes.substr(beginning.size()));
    require(pieces.finish(records.front().version, version) == decoded->header.checksum,
            "a checksum in pieces is the checksum of the whole");
  }
}

void try_frame(ByteView bytes, FrameVersion version) {
  std::vector<RecordView> records;
  const auto frame = decode_frame(bytes, version, records);
  if (!frame) return;
  require(frame->length_bytes <= bytes.size(), "a frame lies within its bytes");
  std::string encoded;
  append_frame(encoded,
               bytes.substr(frame_header_length_bytes(version), frame->header.payload_length),
               frame->header.synced_to, version);
  require(encoded == bytes.substr(0, frame->length_bytes), "a frame is written as it was read");
}

void try_headers(ByteView bytes) {
  if (const auto version = decode_log_header(bytes)) {
    std::string encoded;
    append_log_header(encoded, *version);
    require(encoded == bytes.substr(0, encoded.size()), "a log header is written as it was read");
  }
  if (const auto header = decode_snapshot_header(bytes)) {
    std::string encoded;
    append_snapshot_header(encoded, *header);
    require(encoded == bytes.substr(0, encoded.size()), "a snapshot header comes back");
  }
  const auto lz4 = decode_lz4_frame_header(bytes);
  if (!lz4) return;
  require(lz4->length_bytes <= bytes.size(), "an LZ4 header lies within its bytes");
  if (lz4->has_dictionary_id) return;
  std::string encoded;
  append_lz4_frame_header(encoded, *lz4);
  const auto again = decode_lz4_frame_header(encoded);
  require(again.has_value() && again->block_max_bytes == lz4->block_max_bytes &&
              again->independent_blocks == lz4->independent_blocks &&
              again->block_checksums == lz4->block_checksums &&
              again->content_checksum == lz4->content_checksum &&
              again->content_size_bytes == lz4->content_size_bytes,
          "an LZ4 header comes back");
}

void try_entry(ByteView bytes) {
  Cursor cursor(bytes);
  std::vector<VersionedValue> versions;
  const auto key = take_snapshot_entry(cursor, versions);
  if (!key) return;
  std::string encoded;
  append_snapshot_entry(encoded, *key, versions);
  require(encoded.size() <= cursor.position(), "an entry is written in its shortest form");
  Cursor again(encoded);
  std::vector<VersionedValue> copies;
  const auto copy = take_snapshot_entry(again, copies);
  require(copy == key && copies == versions && again.remaining() == 0, "an entry comes back");
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size == 0) return 0;
  const ByteView bytes(reinterpret_cast<const char*>(data) + 1, size - 1);
  switch (data[0] % 7) {
    case 0:
      try_varint(bytes);
      break;
    case 1:
      try_record(bytes);
      break;
    case 2:
      try_payload(bytes);
      break;
    case 3:
      try_frame(bytes, FrameVersion::v1);
      break;
    case 4:
      try_frame(bytes, FrameVersion::v2);
      break;
    case 5:
      try_headers(bytes);
      break;
    default:
      try_entry(bytes);
      break;
  }
  return 0;
}
