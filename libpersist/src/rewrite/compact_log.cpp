#include "rewrite/compact_log.hpp"

#include <algorithm>

#include "rewrite/proof.hpp"
#include "rewrite/version_order.hpp"

namespace persist::rewrite {
namespace {

// What the snapshot says of a key travels with the key's log records, as a record of a version that
// no file has. A value is marked by its first byte.
constexpr Version snapshot_mark = 0;
constexpr char mark_live = 'S';
constexpr char mark_deleted = 'D';
constexpr char log_value = 'L';

class SnapshotMarker final : public SnapshotSink {
 public:
  explicit SnapshotMarker(store::RecordSorter& sorter) : sorter_(sorter) {}
  bool on_entry(const SnapshotEntry& entry) override {
    const VersionedValue& newest = entry.versions.back();
    mark_.clear();
    mark_.push_back(newest.value ? mark_live : mark_deleted);
    formats::append_little_endian(mark_, newest.version);
    status_ = sorter_.add({entry.key, snapshot_mark, mark_});
    return status_.has_value();
  }
  bool on_damage(const Damage&) override { return true; }
  [[nodiscard]] const Result<>& status() const noexcept { return status_; }

 private:
  store::RecordSorter& sorter_;
  std::string mark_;
  Result<> status_;
};

class LogRecords final : public LogSink {
 public:
  LogRecords(store::RecordSorter& sorter, Version covered) : sorter_(sorter), covered_(covered) {}
  bool on_commit(const Commit& commit) override {
    if (commit.version <= covered_ || commit.trust == Trust::partial) return true;
    for (const RecordView& record : commit.records) {
      if (!(status_ = add(record))) return false;
    }
    return true;
  }
  bool on_damage(const Damage&) override { return true; }
  [[nodiscard]] const Result<>& status() const noexcept { return status_; }

 private:
  Result<> add(const RecordView& record) {
    if (!record.value) return sorter_.add(record);
    value_.assign(1, log_value);
    value_.append(*record.value);
    return sorter_.add({record.key, record.version, value_});
  }

  store::RecordSorter& sorter_;
  Version covered_;
  std::string value_;
  Result<> status_;
};

Result<store::SortedRecords> read_marked(FileSystem& files, const OpenFiles& open,
                                         const RewriteOptions& options,
                                         std::uint64_t max_memory_bytes) {
  store::RecordSorter sorter(
      files, {max_memory_bytes, options.temp_dir, store::Keep::all_versions, options.should_stop});
  Version covered = 0;
  if (open.snapshot) {
    SnapshotMarker marker(sorter);
    PERSIST_TRY_ASSIGN(const SnapshotSummary summary,
                       read_snapshot(*open.snapshot, {options.progress}, marker));
    PERSIST_TRY(marker.status());
    covered = summary.covered.value_or(0);
  }
  LogRecords records(sorter, covered);
  LogReadOptions read_options;
  read_options.progress = options.progress;
  PERSIST_TRY(read_log(*open.log, read_options, records));
  PERSIST_TRY(records.status());
  return sorter.finish();
}

// What a snapshot has of a key.
struct InSnapshot {
  bool is_there = false;
  Version version = 0;
};

InSnapshot take_mark(std::span<const VersionedValue>& versions) {
  if (versions.front().version != snapshot_mark) return {};
  const ByteView mark = *versions.front().value;
  versions = versions.subspan(1);
  return {mark.front() == mark_live, formats::load_little_endian<Version>(mark.data() + 1)};
}

// The log's records of a key that still mean something.
std::span<const VersionedValue> needed(std::span<const VersionedValue> versions,
                                       const InSnapshot& snapshot, Version keep_from) {
  while (versions.size() > 1 && versions[1].version <= keep_from) versions = versions.subspan(1);
  if (versions.size() == 1 && versions[0].version < snapshot.version) return {};
  while (!snapshot.is_there && !versions.empty() && !versions[0].value) {
    versions = versions.subspan(1);
  }
  return versions;
}

// What has to be known of the old state once it is gone from memory.
struct OldState {
  ReleaseLine line;
  Version clock;
  Version snapshot_boundary;
  std::optional<std::string> deleted_key;
};

class LogWriter {
 public:
  LogWriter(const OldState& old, const LogBuilder::Output& output)
      : old_(old), log_(log_format_of(old.line), output), kept_version_(old.snapshot_boundary) {}

  Result<Written> run(const store::SortedRecords& sorted, VersionOrder& order, Version keep_from) {
    PERSIST_TRY(put_in_order(sorted, order, keep_from));
    PERSIST_TRY(log_.begin());
    PERSIST_TRY(order.for_each_commit(
        [this](std::span<const RecordView> records) { return add(records); }));
    if (kept_version_ < old_.clock && old_.deleted_key) {
      // The newest commit only deleted what is not there: one of its records keeps its version.
      const RecordView record{*old_.deleted_key, old_.clock, std::nullopt};
      PERSIST_TRY(add(std::span(&record, 1)));
    }
    written_.clock = old_.clock;
    written_.sizes.log_bytes = log_.size_bytes();
    return written_;
  }

 private:
  static Result<> put_in_order(const store::SortedRecords& sorted, VersionOrder& order,
                               Version keep_from) {
    Result<> status;
    PERSIST_TRY(sorted.for_each({}, [&](const KeyState& key) {
      std::span<const VersionedValue> versions = key.versions;
      const InSnapshot snapshot = take_mark(versions);
      if (versions.empty()) return true;
      for (VersionedValue version : needed(versions, snapshot, keep_from)) {
        if (version.value) version.value->remove_prefix(1);
        if (!(status = order.add(key.key, version))) return false;
      }
      return true;
    }));
    return status;
  }

  Result<> add(std::span<const RecordView> records) {
    ++written_.commits;
    kept_version_ = std::max(kept_version_, records.front().version);
    return log_.add(records, log_.size_bytes());
  }

  const OldState& old_;
  LogBuilder log_;
  Version kept_version_;
  Written written_;
};

Result<Written> write_log(FileSystem& files, const OpenFiles& open, const OldState& old,
                          Version keep_from, const RewriteOptions& options,
                          const LogBuilder::Output& output) {
  const std::uint64_t half = options.max_memory_bytes / 2;
  PERSIST_TRY_ASSIGN(const auto sorted, read_marked(files, open, options, half));
  VersionOrder order(files, options, half);
  return LogWriter(old, output).run(sorted, order, keep_from);
}

}  // namespace

Result<RewriteReport> compact_log(SoleWriter& sole, const OpenFiles& open, Source source,
                                  const CompactLogPlan& plan, const RewriteOptions& options) {
  RewriteReport report;
  Expectation expected;
  OldState old_state;
  {
    const Source old = std::move(source);
    PERSIST_TRY_ASSIGN(Survey surveyed, survey(newest_only(all_keys(old.state))));
    report = report_of(old, surveyed.digest);
    old_state = {old.line, report.clock, old.snapshot_boundary(), old.log.deleted_key};
    expected = {std::move(surveyed.digest), report.clock, {}, false, false, old.line};
  }
  NewFiles fresh;
  LogBuilder::Output output = [](ByteView) -> Result<> { return {}; };
  if (!options.dry_run) {
    PERSIST_TRY(check_space(sole.files(), sole.database().log, report.before.log_bytes));
    PERSIST_TRY_ASSIGN(fresh.log, create_replacement(sole, sole.database().log, "new"));
    output = [&](ByteView bytes) { return fresh.log->append(bytes); };
  }
  PERSIST_TRY_ASSIGN(const Written written,
                     write_log(sole.files(), open, old_state, plan.keep_from, options, output));
  report.after.log_bytes = written.sizes.log_bytes;
  report.commits = written.commits;
  if (plan.gain.is_missed(report.before, report.after)) {
    report.unwritten = Unwritten::no_gain;
  } else if (options.dry_run) {
    report.unwritten = Unwritten::dry_run;
  }
  if (report.unwritten != Unwritten::none) return report;
  PERSIST_TRY(fresh.log->sync());
  PERSIST_TRY(prove_or_set_aside(sole.files(), fresh, open.view(), expected, options));
  PERSIST_TRY(swap_in(sole, fresh, SwapOrder::log_first));
  return report;
}

}  // namespace persist::rewrite
