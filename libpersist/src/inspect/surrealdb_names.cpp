#include <persist/surrealdb_names.hpp>

namespace persist {
namespace {

using formats::SurrealKey;
using formats::SurrealKeyKind;

class NameSink final : public LogSink, public SnapshotSink {
 public:
  bool on_commit(const Commit& commit) override {
    for (const RecordView& record : commit.records) {
      if (record.value) names.learn(record.key, *record.value);
    }
    return true;
  }
  bool on_entry(const SnapshotEntry& entry) override {
    const auto& newest = entry.versions.back().value;
    if (newest) names.learn(entry.key, *newest);
    return true;
  }
  bool on_damage(const Damage&) override { return true; }

  SurrealNames names;
};

// Most keys are records; telling so takes a look at a few bytes.
bool may_be_a_name(ByteView key) {
  constexpr std::size_t behind_namespace = 6;  // "/*" and its number
  return key.starts_with("/!ns") ||
         (key.starts_with("/*") && key.size() > behind_namespace && key[behind_namespace] == '!');
}

}  // namespace

void SurrealNames::learn(ByteView key, ByteView value) {
  if (!may_be_a_name(key)) return;
  const auto decoded = formats::decode_surrealdb_key(key);
  if (!decoded) return;
  if (decoded->kind == SurrealKeyKind::namespace_name) {
    if (const auto id = formats::decode_namespace_id(value)) namespaces_[*id] = decoded->name;
  } else if (decoded->kind == SurrealKeyKind::database_name) {
    const auto ids = formats::decode_database_ids(value);
    if (ids) databases_[{decoded->namespace_id, ids->database_id}] = decoded->name;
  }
}

Result<> SurrealNames::learn_from(const State& state) {
  const auto learn_key = [this](const KeyState& key) {
    const auto& newest = key.versions.back().value;
    if (newest) learn(key.key, *newest);
    return true;
  };
  const auto learn_prefix = [&](const std::string& prefix) {
    const auto end = prefix_end(prefix);
    return state.for_each({prefix, end ? std::optional<ByteView>(*end) : std::nullopt}, learn_key);
  };
  PERSIST_TRY(learn_prefix("/!ns"));
  for (const auto& [id, name] : namespaces_) {
    PERSIST_TRY(learn_prefix(formats::database_name_prefix(id)));
  }
  return {};
}

std::string SurrealNames::namespace_name(std::uint32_t namespace_id) const {
  const auto at = namespaces_.find(namespace_id);
  return at == namespaces_.end() ? std::to_string(namespace_id)
                                 : formats::identifier_text(at->second);
}

std::string SurrealNames::database_name(std::uint32_t namespace_id,
                                        std::uint32_t database_id) const {
  const auto at = databases_.find({namespace_id, database_id});
  return at == databases_.end() ? std::to_string(database_id)
                                : formats::identifier_text(at->second);
}

std::string SurrealNames::table_path(const SurrealKey& key) const {
  return namespace_name(key.namespace_id) + "/" + database_name(key.namespace_id, key.database_id) +
         "/" + formats::identifier_text(key.table);
}

std::optional<std::string> SurrealNames::record(ByteView key) const {
  const auto decoded = formats::decode_surrealdb_key(key);
  if (!decoded || decoded->kind != SurrealKeyKind::record) return std::nullopt;
  return table_path(*decoded) + ":" + formats::record_id_text(decoded->id);
}

std::optional<std::string> SurrealNames::table_of_record(ByteView key) const {
  const auto decoded = formats::decode_surrealdb_key(key);
  if (!decoded || decoded->kind != SurrealKeyKind::record) return std::nullopt;
  return table_path(*decoded);
}

Result<SurrealNames> read_surrealdb_names(File* log, File* snapshot,
                                          std::optional<std::uint64_t> log_end_offset) {
  NameSink sink;
  if (snapshot != nullptr) {
    PERSIST_TRY(read_snapshot(*snapshot, {}, sink));
  }
  if (log != nullptr) {
    LogReadOptions options;
    options.end_offset = log_end_offset;
    PERSIST_TRY(read_log(*log, options, sink));
  }
  return std::move(sink.names);
}

}  // namespace persist
