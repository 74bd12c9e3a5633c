#include <algorithm>

#include "rewrite/layout.hpp"
#include "rewrite/version_order.hpp"

namespace persist::rewrite {
namespace {

class LayoutWriter {
 public:
  LayoutWriter(FileSystem& files, const Layout& layout, const RewriteOptions& options,
               std::uint64_t max_memory_bytes, const Outputs& outputs)
      : layout_(layout),
        options_(options),
        snapshot_output_(outputs.snapshot),
        order_(files, options, max_memory_bytes),
        log_(log_format_of(layout.line), outputs.log) {}

  [[nodiscard]] Result<Written> run(const KeySource& keys) {
    PERSIST_TRY(keys([this](const KeyState& key) {
      status_ = add(key);
      return status_.has_value();
    }));
    PERSIST_TRY(std::move(status_));
    if (layout_.has_snapshot) PERSIST_TRY(finish_snapshot());
    PERSIST_TRY(write_log());
    written_.sizes.log_bytes = log_.size_bytes();
    return std::move(written_);
  }

 private:
  Result<> begin_snapshot() {
    SnapshotWriteOptions options;
    if (snapshot_has_header(layout_.line)) options.covered = layout_.cut;
    options.compression = options_.compression;
    options.level = options_.level;
    snapshot_.emplace(options, snapshot_output_);
    return snapshot_->begin();
  }

  Result<> finish_snapshot() {
    if (!snapshot_) PERSIST_TRY(begin_snapshot());
    PERSIST_TRY(snapshot_->finish());
    written_.sizes.snapshot_bytes = snapshot_->size_bytes();
    written_.snapshot_entries = snapshot_->entries();
    return {};
  }

  Result<> add(const KeyState& key) {
    note_absent_key(key.key);
    note_progress(key);
    std::size_t below = 0;
    while (below < key.versions.size() && key.versions[below].version <= layout_.cut) ++below;
    if (below > 0) PERSIST_TRY(add_to_snapshot(key.key, key.versions.first(below)));
    for (const VersionedValue& version : key.versions.subspan(below)) {
      PERSIST_TRY(order_.add(key.key, version));
    }
    return {};
  }

  void note_progress(const KeyState& key) {
    if (options_.progress == nullptr) return;
    std::uint64_t bytes = 0;
    for (const VersionedValue& version : key.versions) {
      bytes += key.key.size() + (version.value ? version.value->size() : 0);
    }
    options_.progress->fetch_add(bytes, std::memory_order_relaxed);
  }

  Result<> add_to_snapshot(ByteView key, std::span<const VersionedValue> versions) {
    if (!snapshot_holds_history(layout_.line)) {
      const bool is_live = versions.back().value.has_value();
      written_.versions_left_out += versions.size() - (is_live ? 1 : 0);
      if (!is_live) return {};
      versions = versions.last(1);
    }
    max_version_ = std::max(max_version_, versions.back().version);
    if (!snapshot_) PERSIST_TRY(begin_snapshot());
    return snapshot_->add(key, versions);
  }

  Result<> write_log() {
    PERSIST_TRY(log_.begin());
    PERSIST_TRY(order_.for_each_commit([this](std::span<const RecordView> records) {
      return layout_.renumber ? add_renumbered(records) : add_commit(records);
    }));
    written_.clock = layout_.renumber ? written_.commits : std::max(layout_.clock, max_version_);
    return keep_clock();
  }

  // The file is synced as a whole before it is put in its place, so each frame may say that all
  // before it was: line 1.1 then refuses a damaged frame instead of cutting off what follows it.
  Result<> add_commit(std::span<const RecordView> records) {
    ++written_.commits;
    max_version_ = std::max(max_version_, records.front().version);
    return log_.add(records, log_.size_bytes());
  }

  Result<> add_renumbered(std::span<const RecordView> records) {
    renumbered_.assign(records.begin(), records.end());
    for (RecordView& record : renumbered_) record.version = written_.commits + 1;
    return add_commit(renumbered_);
  }

  Result<> keep_clock() {
    const bool in_header =
        layout_.has_snapshot && snapshot_has_header(layout_.line) && layout_.cut >= written_.clock;
    if (in_header || max_version_ >= written_.clock) return {};
    const bool is_known = layout_.deleted_key && !deleted_key_is_there_;
    written_.clock_key = is_known ? *layout_.deleted_key : absent_key_;
    const RecordView record{*written_.clock_key, written_.clock, std::nullopt};
    return add_commit(std::span(&record, 1));
  }

  // The least key that is not there: keys come ascending, and the next possible key after one is it
  // and a zero byte.
  void note_absent_key(ByteView key) {
    if (key == absent_key_) absent_key_ += '\0';
    if (layout_.deleted_key && key == *layout_.deleted_key) deleted_key_is_there_ = true;
  }

  const Layout& layout_;
  const RewriteOptions& options_;
  const SnapshotWriter::Output& snapshot_output_;
  std::optional<SnapshotWriter> snapshot_;  // once its first key is known
  VersionOrder order_;
  LogBuilder log_;
  Result<> status_;
  Written written_;
  Version max_version_ = 0;
  std::string absent_key_;
  bool deleted_key_is_there_ = false;
  std::vector<RecordView> renumbered_;
};

}  // namespace

Result<Written> write_layout(FileSystem& files, const KeySource& keys, const Layout& layout,
                             const RewriteOptions& options, std::uint64_t max_memory_bytes,
                             const Outputs& outputs) {
  return LayoutWriter(files, layout, options, max_memory_bytes, outputs).run(keys);
}

Result<Written> measure_layout(FileSystem& files, const KeySource& keys, const Layout& layout,
                               const RewriteOptions& options, std::uint64_t max_memory_bytes) {
  const auto nowhere = [](ByteView) -> Result<> { return {}; };
  return write_layout(files, keys, layout, options, max_memory_bytes, {nowhere, nowhere});
}

}  // namespace persist::rewrite
