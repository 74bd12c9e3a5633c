#include <persist/formats/snapshot_header.hpp>
#include <persist/formats/varint.hpp>

namespace persist::formats {

Decoded<SnapshotHeader> decode_snapshot_header(ByteView bytes) noexcept {
  const ByteView magic = bytes.substr(0, snapshot_magic.size());
  if (magic != snapshot_magic.substr(0, magic.size())) {
    return std::unexpected(DecodeError::bad_magic);
  }
  const std::size_t version_at = snapshot_magic.size();
  if (bytes.size() > version_at && bytes[version_at] != snapshot_header_version) {
    return std::unexpected(DecodeError::newer_version);
  }
  if (bytes.size() < snapshot_header_length_bytes) return std::unexpected(DecodeError::truncated);
  return SnapshotHeader{load_little_endian<Version>(bytes.data() + version_at + 1)};
}

void append_snapshot_header(std::string& out, const SnapshotHeader& header) {
  out.append(snapshot_magic);
  out.push_back(snapshot_header_version);
  append_little_endian(out, header.covered);
}

}  // namespace persist::formats
