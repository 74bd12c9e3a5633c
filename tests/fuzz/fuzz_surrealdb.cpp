// SurrealDB's keys and values: what decodes encodes to bytes that decode to the same, and has a
// text.
#include <persist/formats/surrealdb_key.hpp>
#include <persist/surrealdb_names.hpp>

#include "fuzz/check.hpp"

using namespace persist;
using namespace persist::formats;
using persist::fuzz::require;

namespace {

void try_slice(ByteView bytes) {
  ByteView rest = bytes;
  const auto slice = take_slice(rest);
  if (!slice) return;
  std::string encoded;
  append_slice(encoded, *slice);
  ByteView again = encoded;
  require(take_slice(again) == *slice && again.empty(), "a slice comes back");
}

void try_value(ByteView bytes) {
  ByteView rest = bytes;
  const auto value = take_surreal_value(rest);
  if (!value) return;
  require(!surreal_value_text(*value).empty(), "a value has a text");
  std::string encoded;
  append_surreal_value(encoded, *value);
  ByteView again = encoded;
  const auto copy = take_surreal_value(again);
  require(copy.has_value() && *copy == *value && again.empty(), "a value comes back");
}

void try_id(ByteView bytes) {
  ByteView rest = bytes;
  const auto id = take_record_id(rest);
  if (!id) return;
  require(!record_id_text(*id).empty(), "an id has a text");
  std::string encoded;
  append_record_id(encoded, *id);
  ByteView again = encoded;
  const auto copy = take_record_id(again);
  require(copy.has_value() && *copy == *id && again.empty(), "an id comes back");
}

void try_key(ByteView bytes) {
  const auto key = decode_surrealdb_key(bytes);
  const SurrealNames names;
  const auto record = names.record(bytes);
  require(record.has_value() == (key && key->kind == SurrealKeyKind::record),
          "records have names, and nothing else has");
  if (!record) return;
  std::string encoded;
  append_record_key(encoded, *key);
  const auto copy = decode_surrealdb_key(encoded);
  require(copy && copy->kind == key->kind && copy->namespace_id == key->namespace_id &&
              copy->database_id == key->database_id && copy->table == key->table &&
              copy->id == key->id,
          "a record's key comes back");
}

void try_names(ByteView bytes) {
  const std::size_t key_length = bytes.empty() ? 0 : static_cast<std::uint8_t>(bytes[0]);
  const ByteView pair = bytes.substr(bytes.empty() ? 0 : 1);
  SurrealNames names;
  names.learn(pair.substr(0, key_length), pair.substr(std::min(key_length, pair.size())));
  require(!names.namespace_name(1).empty() && !names.database_name(1, 1).empty(),
          "what has no name is called by its number");
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size == 0) return 0;
  const ByteView bytes(reinterpret_cast<const char*>(data) + 1, size - 1);
  switch (data[0] % 5) {
    case 0:
      try_slice(bytes);
      break;
    case 1:
      try_value(bytes);
      break;
    case 2:
      try_id(bytes);
      break;
    case 3:
      try_key(bytes);
      break;
    default:
      try_names(bytes);
      break;
  }
  return 0;
}
