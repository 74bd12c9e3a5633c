#include <algorithm>
#include <persist/state.hpp>
#include <utility>

#include "snapshot/key_gaps.hpp"
#include "store/identify.hpp"
#include "store/past.hpp"
#include "store/record_sorter.hpp"

namespace persist {
namespace {

using store::Keep;
using store::RecordSorter;

constexpr std::uint64_t records_between_polls = 4096;

// What both sinks share: where records go, and why reading stopped.
class Collector {
 public:
  Collector(RecordSorter& sorter, const StateOptions& options, StateSummary& summary)
      : sorter_(sorter), options_(options), summary_(summary) {}

  [[nodiscard]] const StateOptions& options() const noexcept { return options_; }
  [[nodiscard]] StateSummary& summary() noexcept { return summary_; }

  [[nodiscard]] bool is_visible(Version version) const noexcept {
    return !options_.at || version <= *options_.at;
  }
  [[nodiscard]] bool add(const RecordView& record) {
    if (auto added = sorter_.add(record); !added) {
      status_ = std::move(added);
      return false;
    }
    return true;
  }
  // False when the caller asked to stop.
  [[nodiscard]] bool goes_on(std::uint64_t records) {
    since_poll_ += records;
    if (since_poll_ < records_between_polls || !options_.should_stop) return true;
    since_poll_ = 0;
    if (!options_.should_stop()) return true;
    status_ = fail(ErrorCode::interrupted, {}, "stopped as asked");
    return false;
  }
  void report(const File& file, const Damage& damage) {
    summary_.was_damaged = true;
    if (options_.on_damage) options_.on_damage(file.path(), damage);
  }
  [[nodiscard]] const Result<>& status() const noexcept { return status_; }

 private:
  RecordSorter& sorter_;
  const StateOptions& options_;
  StateSummary& summary_;
  std::uint64_t since_poll_ = 0;
  Result<> status_;
};

class SnapshotCollector final : public SnapshotSink {
 public:
  SnapshotCollector(Collector& collector, const File& file) : collector_(collector), file_(file) {}

  bool on_entry(const SnapshotEntry& entry) override {
    gaps_.on_entry(entry.key, entry.uncertain);
    if (entry.uncertain && collector_.options().strict) return true;
    spacing_.add(entry.versions.back().version);
    // Newest first is the sorter's order: what arrives in it need not be sorted.
    for (std::size_t i = entry.versions.size(); i-- > 0;) {
      const VersionedValue& version = entry.versions[i];
      if (!collector_.is_visible(version.version)) continue;
      if (!collector_.add({entry.key, version.version, version.value})) return false;
      if (!collector_.options().history) break;
    }
    return collector_.goes_on(entry.versions.size());
  }
  bool on_damage(const Damage& damage) override {
    if (damage.may_hold_commits) gaps_.on_damage();
    collector_.report(file_, damage);
    return true;
  }

  [[nodiscard]] KeyGaps take_gaps() {
    gaps_.finish();
    return std::move(gaps_);
  }
  [[nodiscard]] const store::VersionSpacing& spacing() const noexcept { return spacing_; }

 private:
  Collector& collector_;
  const File& file_;
  KeyGaps gaps_;
  store::VersionSpacing spacing_;
};

class LogCollector final : public LogSink {
 public:
  // Records at or below `covered` are in the snapshot already, but for keys in `gaps`.
  LogCollector(Collector& collector, const File& file, Version covered, const KeyGaps& gaps)
      : collector_(collector), file_(file), covered_(covered), gaps_(gaps) {}

  bool on_commit(const Commit& commit) override {
    const StateOptions& options = collector_.options();
    StateSummary& summary = collector_.summary();
    summary.max_version = std::max(summary.max_version, commit.version);
    if (commit.trust == Trust::partial) {
      ++summary.partial_commits;
      return true;
    }
    if (options.keep_commit && !options.keep_commit(commit)) return true;
    if (commit.trust == Trust::uncertain) {
      ++summary.uncertain_commits;
      if (options.strict) return true;
    }
    return apply(commit) && collector_.goes_on(commit.records.size());
  }
  bool on_damage(const Damage& damage) override {
    collector_.report(file_, damage);
    return true;
  }

 private:
  [[nodiscard]] bool apply(const Commit& commit) {
    if (!collector_.is_visible(commit.version)) return true;
    const bool is_covered = commit.version <= covered_;
    if (is_covered && gaps_.empty()) return true;
    for (const RecordView& record : commit.records) {
      if (is_covered && !gaps_.contains(record.key)) continue;
      if (!collector_.add(record)) return false;
    }
    return true;
  }

  Collector& collector_;
  const File& file_;
  Version covered_;
  const KeyGaps& gaps_;
};

// What the snapshot leaves for the log to tell.
struct SnapshotPart {
  bool is_latest_only = false;   // it has forgotten what came before
  Version cut = 0;               // up to here, as far as can be seen
  Version hides_up_to = 0;       // log records at or below it are in the snapshot
  bool log_is_complete = false;  // and the log has not forgotten anything
  KeyGaps gaps;                  // keys that damage has taken out of it
};

Result<SnapshotPart> read_snapshot_part(File& snapshot, Collector& collector) {
  SnapshotCollector sink(collector, snapshot);
  auto summary = read_snapshot(snapshot, {collector.options().progress}, sink);
  PERSIST_TRY(collector.status());
  if (!summary) return std::unexpected(std::move(summary).error());
  collector.summary().snapshot = *summary;
  if (collector.options().on_snapshot) collector.options().on_snapshot(*summary);
  collector.summary().max_version = std::max(summary->max_version, summary->covered.value_or(0));
  SnapshotPart part;
  if (summary->size_bytes == 0) return part;
  part.is_latest_only = !summary->holds_history &&
                        (summary->covered || summary->entries == 0 || sink.spacing().is_counter());
  part.cut = summary->covered.value_or(summary->max_version);
  part.hides_up_to = summary->covered.value_or(0);
  part.gaps = sink.take_gaps();
  return part;
}

// Looks whether the log still holds the past that the snapshot has forgotten, when it is asked for.
Result<> settle_past(SnapshotPart& part, File* log, const File& snapshot,
                     const StateOptions& options) {
  const bool at_before_cut = options.at && *options.at < part.cut;
  if (!part.is_latest_only || !(at_before_cut || (options.history && part.hides_up_to > 0))) {
    return {};
  }
  if (log != nullptr) {
    const Version up_to = at_before_cut ? *options.at : part.cut;
    PERSIST_TRY_ASSIGN(part.log_is_complete,
                       store::log_holds_all(*log, options.log_end_offset, up_to));
  }
  if (part.log_is_complete) part.hides_up_to = 0;
  if (at_before_cut && !part.log_is_complete) {
    return store::past_is_gone(snapshot.path(), *options.at, part.cut);
  }
  return {};
}

// A snapshot without a header does not say up to where it goes. Commits that are neither in the log
// nor visible in the snapshot were deletes, all of them in the snapshot already.
Result<> check_unseen_deletes(const SnapshotPart& part, const StateSummary& summary,
                              const File& snapshot, const StateOptions& options) {
  if (!options.at || !part.is_latest_only || part.log_is_complete || summary.was_damaged) return {};
  if (summary.snapshot->covered || !summary.log || summary.log->commits == 0) return {};
  const Version before_log = summary.log->min_version - 1;
  if (*options.at >= before_log) return {};
  return store::past_is_gone(snapshot.path(), *options.at, std::max(before_log, part.cut));
}

Result<> read_both(File* log, File* snapshot, Collector& collector) {
  SnapshotPart part;
  if (snapshot != nullptr) {
    PERSIST_TRY_ASSIGN(part, read_snapshot_part(*snapshot, collector));
    PERSIST_TRY(settle_past(part, log, *snapshot, collector.options()));
  }
  if (log == nullptr) return {};
  LogCollector sink(collector, *log, part.hides_up_to, part.gaps);
  LogReadOptions read_options;
  read_options.end_offset = collector.options().log_end_offset;
  read_options.progress = collector.options().progress;
  auto summary = read_log(*log, read_options, sink);
  PERSIST_TRY(collector.status());
  if (!summary) return std::unexpected(std::move(summary).error());
  collector.summary().log = *std::move(summary);
  if (snapshot == nullptr) return {};
  return check_unseen_deletes(part, collector.summary(), *snapshot, collector.options());
}

}  // namespace

std::optional<std::string> prefix_end(ByteView prefix) {
  std::string end(prefix);
  while (!end.empty() && end.back() == '\xFF') end.pop_back();
  if (end.empty()) return std::nullopt;
  end.back() = static_cast<char>(static_cast<unsigned char>(end.back()) + 1);
  return end;
}

struct State::Impl {
  StateSummary summary;
  store::SortedRecords records;
};

State::State(std::unique_ptr<Impl> impl) noexcept : impl_(std::move(impl)) {}
State::State(State&&) noexcept = default;
State& State::operator=(State&&) noexcept = default;
State::~State() = default;

Result<State> State::load(FileSystem& files, const DatabaseFiles& database,
                          const StateOptions& options) {
  PERSIST_TRY_ASSIGN(const auto snapshot, open_if_there(files, database.snapshot));
  PERSIST_TRY_ASSIGN(const auto log, open_if_there(files, database.log));
  if (!log && !snapshot) {
    return fail(
        ErrorCode::not_found, database.directory,
        "there is neither a log (" + database.log + ") nor a snapshot (" + database.snapshot + ")");
  }
  return load(files, log.get(), snapshot.get(), options);
}

Result<State> State::load(FileSystem& files, File* log, File* snapshot,
                          const StateOptions& options) {
  auto impl = std::make_unique<Impl>();
  RecordSorter sorter(files,
                      {options.max_memory_bytes, options.temp_dir,
                       options.history ? Keep::all_versions : Keep::newest, options.should_stop});
  Collector collector(sorter, options, impl->summary);
  PERSIST_TRY(read_both(log, snapshot, collector));
  PERSIST_TRY_ASSIGN(impl->records, sorter.finish());
  impl->summary.spilled_bytes = impl->records.spilled_bytes();
  return State(std::move(impl));
}

const StateSummary& State::summary() const noexcept {
  return impl_->summary;
}

Result<> State::for_each(const KeyRange& range, const Visitor& visit) const {
  return impl_->records.for_each(range, visit);
}

Result<StateIdentity> State::identity() const {
  return store::identify(impl_->records);
}

Result<std::optional<State::Found>> State::get(ByteView key) const {
  const std::string behind = std::string(key) + '\0';
  std::optional<Found> found;
  PERSIST_TRY(for_each({key, behind}, [&](const KeyState& state) {
    const VersionedValue& newest = state.versions.back();
    if (newest.value) found = Found{newest.version, std::string(*newest.value)};
    return false;
  }));
  return found;
}

}  // namespace persist
