// The names behind the numbers in SurrealDB's keys, learned from name keys of the same files.
#pragma once

#include <map>
#include <optional>
#include <persist/formats/surrealdb_key.hpp>
#include <persist/log_reader.hpp>
#include <persist/snapshot_reader.hpp>
#include <persist/state.hpp>
#include <string>
#include <utility>

namespace persist {

class SurrealNames {
 public:
  // Learns from a key and value when they are a namespace's or a database's name.
  void learn(ByteView key, ByteView value);
  // Learns all that a state has. Errors: those of State::for_each.
  [[nodiscard]] Result<> learn_from(const State& state);
  [[nodiscard]] bool empty() const noexcept { return namespaces_.empty() && databases_.empty(); }

  // The name, or the number where none was learned; as SurrealQL writes names.
  [[nodiscard]] std::string namespace_name(std::uint32_t namespace_id) const;
  [[nodiscard]] std::string database_name(std::uint32_t namespace_id,
                                          std::uint32_t database_id) const;

  // "shop/main/person:1" of a record's key; none for any other key.
  [[nodiscard]] std::optional<std::string> record(ByteView key) const;
  // "shop/main/person" of the table that a record lies in; none for any other key.
  [[nodiscard]] std::optional<std::string> table_of_record(ByteView key) const;

 private:
  [[nodiscard]] std::string table_path(const formats::SurrealKey& key) const;

  std::map<std::uint32_t, std::string> namespaces_;
  std::map<std::pair<std::uint32_t, std::uint32_t>, std::string> databases_;
};

// Reads both files for their name keys; either may be null. Of a name that was set again the last
// one counts. Errors: those of read_log and read_snapshot; damage is none.
[[nodiscard]] Result<SurrealNames> read_surrealdb_names(
    File* log, File* snapshot, std::optional<std::uint64_t> log_end_offset);

}  // namespace persist
