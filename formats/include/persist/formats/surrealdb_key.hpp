// SurrealDB's keys (README.md, "SurrealDB's keys"): which record, table, index or name a key is.
#pragma once

#include <optional>
#include <persist/formats/surrealdb_value.hpp>
#include <string>

namespace persist::formats {

enum class SurrealKeyKind {
  record,
  graph_edge,
  index_entry,
  index,           // its definition
  table,           // its definition
  database_name,   // the value has the database's number
  namespace_name,  // the value has the namespace's number
  other,           // one of the rest of SurrealDB's keys
};

struct SurrealKey {
  SurrealKeyKind kind = SurrealKeyKind::other;
  std::uint32_t namespace_id = 0;  // but for namespace_name and keys of the whole store
  std::uint32_t database_id = 0;   // of keys below a database
  std::string table;               // of record, graph_edge, index_entry, index, table
  std::string name;                // of index, database_name, namespace_name
  SurrealValue id;                 // of record and graph_edge
  std::uint32_t index_id = 0;      // of index_entry
};

// None when the bytes are no key of SurrealDB's, or one with an id of an unknown kind. A record's
// id fills the key to its end.
[[nodiscard]] std::optional<SurrealKey> decode_surrealdb_key(ByteView key);

// The key of a record; the reverse of decode_surrealdb_key for SurrealKeyKind::record.
void append_record_key(std::string& out, const SurrealKey& key);

// What the keys of a namespace's database names begin with.
[[nodiscard]] std::string database_name_prefix(std::uint32_t namespace_id);

// The numbers in the values of name keys: a namespace's, or a database's and its namespace's.
[[nodiscard]] std::optional<std::uint32_t> decode_namespace_id(ByteView value);
struct DatabaseIds {
  std::uint32_t namespace_id = 0;
  std::uint32_t database_id = 0;
};
[[nodiscard]] std::optional<DatabaseIds> decode_database_ids(ByteView value);

}  // namespace persist::formats
