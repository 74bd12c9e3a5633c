#include <persist/formats/surrealdb_key.hpp>
#include <persist/formats/varint.hpp>

namespace persist::formats {
namespace {

bool take(ByteView& bytes, std::string_view prefix) {
  if (!bytes.starts_with(prefix)) return false;
  bytes.remove_prefix(prefix.size());
  return true;
}

std::optional<std::uint32_t> take_u32(ByteView& bytes) {
  if (bytes.size() < 4) return std::nullopt;
  std::uint32_t value = 0;
  for (std::size_t i = 0; i < 4; ++i) value = value << 8U | static_cast<std::uint8_t>(bytes[i]);
  bytes.remove_prefix(4);
  return value;
}

void append_u32(std::string& out, std::uint32_t value) {
  for (unsigned i = 4; i-- > 0;) out += static_cast<char>(value >> (8 * i) & 0xFFU);
}

// The slice that fills what is left.
std::optional<std::string> whole_slice(ByteView bytes) {
  auto slice = take_slice(bytes);
  if (!slice || !bytes.empty()) return std::nullopt;
  return *std::move(slice);
}

// Behind "/*ns*db*table": what of the table it is.
std::optional<SurrealKey> decode_below_table(ByteView rest, SurrealKey key) {
  if (take(rest, "*")) {
    auto id = take_record_id(rest);
    if (!id || !rest.empty()) return std::nullopt;
    key.kind = SurrealKeyKind::record;
    key.id = *std::move(id);
  } else if (take(rest, "~")) {
    auto id = take_record_id(rest);
    if (!id) return std::nullopt;
    key.kind = SurrealKeyKind::graph_edge;
    key.id = *std::move(id);
  } else if (take(rest, "+")) {
    const auto index = take_u32(rest);
    if (!index) return std::nullopt;
    key.kind = SurrealKeyKind::index_entry;
    key.index_id = *index;
  } else if (take(rest, "!ix")) {
    auto name = whole_slice(rest);
    if (!name) return std::nullopt;
    key.kind = SurrealKeyKind::index;
    key.name = *std::move(name);
  }
  return key;
}

// Behind "/*ns*db".
std::optional<SurrealKey> decode_below_database(ByteView rest, SurrealKey key) {
  if (take(rest, "!tb")) {
    auto table = whole_slice(rest);
    if (!table) return std::nullopt;
    key.kind = SurrealKeyKind::table;
    key.table = *std::move(table);
    return key;
  }
  if (!take(rest, "*")) return key;
  auto table = take_slice(rest);
  if (!table) return std::nullopt;
  key.table = *std::move(table);
  return decode_below_table(rest, std::move(key));
}

// Behind "/*ns".
std::optional<SurrealKey> decode_below_namespace(ByteView rest, SurrealKey key) {
  if (take(rest, "!db")) {
    auto name = whole_slice(rest);
    if (!name) return std::nullopt;
    key.kind = SurrealKeyKind::database_name;
    key.name = *std::move(name);
    return key;
  }
  if (!take(rest, "*")) return key;
  const auto database = take_u32(rest);
  if (!database) return std::nullopt;
  key.database_id = *database;
  return decode_below_database(rest, std::move(key));
}

std::optional<std::uint32_t> take_number(Cursor& cursor) {
  const auto value = cursor.take_varint();
  if (!value || *value > UINT32_MAX) return std::nullopt;
  return static_cast<std::uint32_t>(*value);
}

}  // namespace

std::optional<SurrealKey> decode_surrealdb_key(ByteView key) {
  SurrealKey result;
  if (key == "!v") return result;
  if (take(key, "/!ns")) {
    auto name = whole_slice(key);
    if (!name) return std::nullopt;
    result.kind = SurrealKeyKind::namespace_name;
    result.name = *std::move(name);
    return result;
  }
  if (key.starts_with("/!")) return result;
  if (!take(key, "/*")) return std::nullopt;
  const auto namespace_id = take_u32(key);
  if (!namespace_id) return std::nullopt;
  result.namespace_id = *namespace_id;
  return decode_below_namespace(key, std::move(result));
}

void append_record_key(std::string& out, const SurrealKey& key) {
  out += "/*";
  append_u32(out, key.namespace_id);
  out += '*';
  append_u32(out, key.database_id);
  out += '*';
  append_slice(out, key.table);
  out += '*';
  append_record_id(out, key.id);
}

std::string database_name_prefix(std::uint32_t namespace_id) {
  std::string prefix = "/*";
  append_u32(prefix, namespace_id);
  return prefix += "!db";
}

std::optional<std::uint32_t> decode_namespace_id(ByteView value) {
  Cursor cursor(value);
  if (!cursor.take_varint()) return std::nullopt;  // the revision of what follows
  return take_number(cursor);
}

std::optional<DatabaseIds> decode_database_ids(ByteView value) {
  Cursor cursor(value);
  if (!cursor.take_varint()) return std::nullopt;
  const auto namespace_id = take_number(cursor);
  const auto database_id = take_number(cursor);
  if (!namespace_id || !database_id) return std::nullopt;
  return DatabaseIds{*namespace_id, *database_id};
}

}  // namespace persist::formats
