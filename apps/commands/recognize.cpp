// Telling a log from a snapshot by the first bytes of a lone file.
#include <persist/formats/log_header.hpp>
#include <persist/formats/lz4_frame.hpp>
#include <persist/formats/record.hpp>
#include <persist/formats/snapshot_entry.hpp>

#include "commands/target.hpp"

namespace persist::app {
namespace {

// How far the bytes can be read as one kind. Reading that ends in the middle of an item counts to
// the end: the rest of it lies behind the first bytes.
struct Reach {
  std::size_t bytes = 0;
  std::size_t items = 0;
};
constexpr std::size_t enough_items = 256;

Reach reach_as_log(ByteView bytes) {
  formats::Cursor cursor(bytes);
  Reach reach;
  while (cursor.remaining() > 0 && reach.items < enough_items) {
    const auto record = formats::take_record(cursor);
    if (!record && record.error() == formats::DecodeError::truncated) reach.bytes = bytes.size();
    if (!record || record->version == 0) break;
    reach = {cursor.position(), reach.items + 1};
    if (bytes.substr(reach.bytes).starts_with(formats::log_magic))
      return {bytes.size(), reach.items};
  }
  return reach;
}

Reach reach_as_snapshot(ByteView bytes) {
  formats::Cursor cursor(bytes);
  std::vector<formats::VersionedValue> versions;
  Reach reach;
  while (cursor.remaining() > 0 && reach.items < enough_items) {
    const auto key = formats::take_snapshot_entry(cursor, versions);
    if (!key && key.error() == formats::DecodeError::truncated) reach.bytes = bytes.size();
    if (!key || versions.empty() || versions.front().version == 0) break;
    reach = {cursor.position(), reach.items + 1};
  }
  return reach;
}

}  // namespace

std::optional<FileKind> recognize(ByteView first_bytes) {
  if (first_bytes.starts_with(formats::log_magic)) return FileKind::log;
  if (first_bytes.starts_with(formats::snapshot_magic)) return FileKind::snapshot;
  if (formats::decode_lz4_frame_header(first_bytes)) return FileKind::snapshot;
  const Reach log = reach_as_log(first_bytes);
  const Reach snapshot = reach_as_snapshot(first_bytes);
  if (log.items == 0 && snapshot.items == 0) return std::nullopt;
  if (log.items == 0) return FileKind::snapshot;
  if (snapshot.items == 0 || log.bytes != snapshot.bytes) {
    return snapshot.items == 0 || log.bytes > snapshot.bytes ? FileKind::log : FileKind::snapshot;
  }
  return log.items >= snapshot.items ? FileKind::log : FileKind::snapshot;
}

}  // namespace persist::app
