#include "recover/snapshot_rewrite.hpp"

#include "snapshot/held_entry.hpp"

namespace persist::recover {
namespace {

// Follows snapshot/key_gaps.hpp: what lies in a gap is the log's to say, where it has something.
class SnapshotRewriter final : public SnapshotSink {
 public:
  SnapshotRewriter(const Survey& survey, const State* filling, Compression compression,
                   const RepairOptions& options, const SnapshotWriter::Output& output)
      : rules_(survey.rules),
        is_distrusted_(survey.snapshot->is_distrusted),
        filling_(filling),
        options_(options),
        writer_({survey.snapshot->summary.covered, compression, 0}, output) {}

  Result<> begin() {
    PERSIST_TRY(writer_.begin());
    return is_distrusted_ ? open_gap() : Result<>{};
  }

  bool on_entry(const SnapshotEntry& entry) override {
    if (options_.should_stop && options_.should_stop()) {
      return note(fail(ErrorCode::interrupted, {}, "interrupted"));
    }
    if (!rules_.keeps(entry)) return note(open_gap());
    return note(filling_ == nullptr ? write(entry.key, entry.versions) : take(entry));
  }
  bool on_damage(const Damage& damage) override {
    return !damage.may_hold_commits || note(open_gap());
  }

  Result<std::uint64_t> finish() {
    PERSIST_TRY(status_);
    PERSIST_TRY(gap_is_open_ ? fill_up_to(std::nullopt) : write_held());
    PERSIST_TRY(writer_.finish());
    return writer_.entries();
  }

 private:
  bool note(Result<> status) {
    status_ = std::move(status);
    return status_.has_value();
  }

  Result<> open_gap() {
    if (filling_ == nullptr || gap_is_open_) return {};
    gap_is_open_ = true;
    if (!held_) return {};
    const HeldEntry held = *std::exchange(held_, std::nullopt);
    return write_better(held.key(), held.versions());
  }

  Result<> take(const SnapshotEntry& entry) {
    const bool is_in_gap = entry.uncertain || is_distrusted_;
    if (is_in_gap) PERSIST_TRY(open_gap());
    PERSIST_TRY(gap_is_open_ ? fill_up_to(entry.key) : write_held());
    done_up_to_ = std::string(entry.key);
    if (is_in_gap) return write_better(entry.key, entry.versions);
    gap_is_open_ = false;
    held_.emplace(entry.key, entry.versions);
    return {};
  }

  Result<> write_held() {
    if (!held_) return {};
    const HeldEntry held = *std::exchange(held_, std::nullopt);
    return write(held.key(), held.versions());
  }

  Result<> write(ByteView key, std::span<const VersionedValue> versions) {
    versions_.clear();
    for (const VersionedValue& value : versions) {
      if (value.version < rules_.version_limit) versions_.push_back(value);
    }
    return versions_.empty() ? Result<>{} : writer_.add(key, versions_);
  }

  // The log's record of the key when it is as new as the entry, else the entry.
  Result<> write_better(ByteView key, std::span<const VersionedValue> versions) {
    Result<> status;
    bool log_knows_better = false;
    const std::string behind = std::string(key) + '\0';
    PERSIST_TRY(filling_->for_each({key, ByteView(behind)}, [&](const KeyState& state) {
      log_knows_better = state.versions.back().version >= versions.back().version;
      if (log_knows_better) status = write_from_log(state);
      return false;
    }));
    PERSIST_TRY(status);
    return log_knows_better ? Result<>{} : write(key, versions);
  }

  Result<> write_from_log(const KeyState& state) {
    if (!state.versions.back().value) return {};  // deleted
    return write(state.key, state.versions.last(1));
  }

  // The log's keys behind the last one that was dealt with, and before `to`.
  Result<> fill_up_to(std::optional<ByteView> to) {
    const std::string from = done_up_to_ ? *done_up_to_ + '\0' : std::string();
    Result<> status;
    PERSIST_TRY(filling_->for_each({from, to}, [&](const KeyState& state) {
      status = write_from_log(state);
      return status.has_value();
    }));
    return status;
  }

  const Rules& rules_;
  bool is_distrusted_;
  const State* filling_;  // null: there is nothing to fill gaps with
  const RepairOptions& options_;
  SnapshotWriter writer_;
  std::vector<VersionedValue> versions_;
  std::optional<HeldEntry> held_;          // the last certain one; only while there is a filling
  std::optional<std::string> done_up_to_;  // the last key that was dealt with
  bool gap_is_open_ = false;
  Result<> status_;
};

}  // namespace

Result<std::optional<State>> load_filling(FileSystem& files, File* log, const Survey& survey,
                                          const RepairOptions& options) {
  const SnapshotSurvey& snapshot = *survey.snapshot;
  const bool has_gaps = snapshot.has_gaps && snapshot.summary.covered;
  const bool can_fill = log != nullptr && (has_gaps || snapshot.is_distrusted) &&
                        survey.log->summary.commits > 0 &&
                        survey.log->summary.min_version <= snapshot.boundary();
  if (!can_fill) return std::nullopt;
  StateOptions state_options;
  state_options.at = snapshot.boundary();
  state_options.history = true;  // deletes count
  state_options.strict = survey.rules.strict;
  state_options.max_memory_bytes = options.max_memory_bytes;
  state_options.temp_dir = options.temp_dir;
  state_options.keep_commit = [&survey](const Commit& commit) {
    return survey.rules.keeps(commit);
  };
  state_options.progress = options.progress;
  state_options.should_stop = options.should_stop;
  PERSIST_TRY_ASSIGN(State state, State::load(files, log, nullptr, state_options));
  return std::optional<State>(std::move(state));
}

Result<std::uint64_t> rewrite_snapshot(File& source, const Survey& survey, const State* filling,
                                       Compression compression, const RepairOptions& options,
                                       const SnapshotWriter::Output& output) {
  SnapshotRewriter rewriter(survey, filling, compression, options, output);
  PERSIST_TRY(rewriter.begin());
  SnapshotReadOptions read_options;
  read_options.progress = options.progress;
  PERSIST_TRY(read_snapshot(source, read_options, rewriter));
  return rewriter.finish();
}

}  // namespace persist::recover
