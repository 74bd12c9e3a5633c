#include <persist/formats/snapshot_entry.hpp>

namespace persist::formats {

Decoded<ByteView> take_snapshot_entry(Cursor& cursor, std::vector<VersionedValue>& versions) {
  versions.clear();
  const auto key = cursor.take_bytes();
  if (!key) return std::unexpected(key.error());
  const auto count = cursor.take_varint();
  if (!count) return std::unexpected(count.error());
  for (std::uint64_t i = 0; i < *count; ++i) {
    VersionedValue item;
    const auto version = cursor.take_varint();
    if (!version) return std::unexpected(version.error());
    item.version = *version;
    const auto has_value = cursor.take_option_tag();
    if (!has_value) return std::unexpected(has_value.error());
    if (*has_value) {
      const auto value = cursor.take_bytes();
      if (!value) return std::unexpected(value.error());
      item.value = *value;
    }
    versions.push_back(item);
  }
  return *key;
}

void append_snapshot_entry(std::string& out, ByteView key,
                           std::span<const VersionedValue> versions) {
  append_bytes(out, key);
  append_varint(out, versions.size());
  for (const VersionedValue& item : versions) {
    append_varint(out, item.version);
    out.push_back(item.value ? '\1' : '\0');
    if (item.value) append_bytes(out, *item.value);
  }
}

}  // namespace persist::formats
