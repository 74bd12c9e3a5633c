#include "recover/clean_read.hpp"

namespace persist::recover {
namespace {

class CleanLog final : public LogSink {
 public:
  bool on_commit(const Commit& commit) override {
    records += commit.records.size();
    return is_clean = commit.trust == Trust::whole;
  }
  bool on_damage(const Damage&) override { return is_clean = false; }

  std::uint64_t records = 0;
  bool is_clean = true;
};

class CleanSnapshot final : public SnapshotSink {
 public:
  bool on_entry(const SnapshotEntry& entry) override {
    ++entries;
    return is_clean = !entry.uncertain;
  }
  bool on_damage(const Damage&) override { return is_clean = false; }

  std::uint64_t entries = 0;
  bool is_clean = true;
};

}  // namespace

Result<std::optional<std::uint64_t>> count_clean_records(File& log) {
  CleanLog sink;
  PERSIST_TRY(read_log(log, {}, sink));
  return sink.is_clean ? std::optional(sink.records) : std::nullopt;
}

Result<std::optional<std::uint64_t>> count_clean_entries(File& snapshot) {
  CleanSnapshot sink;
  PERSIST_TRY(read_snapshot(snapshot, {}, sink));
  return sink.is_clean ? std::optional(sink.entries) : std::nullopt;
}

}  // namespace persist::recover
