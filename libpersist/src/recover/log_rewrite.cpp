#include "recover/log_rewrite.hpp"

#include <algorithm>
#include <optional>
#include <unordered_map>

#include "recover/commit_fetcher.hpp"

namespace persist::recover {
namespace {

bool is_framed(LogFormat format) noexcept {
  return format != LogFormat::legacy;
}

// Line 1.1 replays any order alike; the others do not, and a legacy log does not say which of them
// it belongs to.
bool is_order_sensitive(LogFormat format) noexcept {
  return format != LogFormat::framed_2;
}

// Knows a commit that is there twice. Only a late one can be a repetition, so only their versions
// are watched.
class Repeats {
 public:
  explicit Repeats(std::span<const LateCommit> late) {
    for (const LateCommit& commit : late) seen_.try_emplace(commit.version);
  }
  // Whether a commit of this version with these records was asked about before.
  bool is_repeat(Version version, std::span<const RecordView> records) {
    const auto found = seen_.find(version);
    if (found == seen_.end()) return false;
    const std::uint64_t hash = hash_records(records);
    // Of equal versions the last in the file counts: it may be the first over again.
    const bool is_same = found->second == hash;
    found->second = hash;
    return is_same;
  }

 private:
  std::unordered_map<Version, std::optional<std::uint64_t>> seen_;  // the last one's hash
};

class LogRewriter final : public LogSink {
 public:
  LogRewriter(std::span<File* const> sources, const LogSurvey& survey, const Rules& rules,
              const RepairOptions& options, const LogBuilder::Output& output)
      : survey_(survey),
        late_(late_commits(survey)),
        rules_(rules),
        options_(options),
        fetcher_(sources),
        repeats_(late_),
        legacy_(LogFormat::legacy, output),
        framed_(survey.framed.value_or(LogFormat::framed_2), output) {}

  bool on_commit(const Commit& commit) override {
    if (options_.should_stop && options_.should_stop()) {
      return note(fail(ErrorCode::interrupted, {}, "interrupted"));
    }
    return !survey_.carries_over(commit, rules_) || note(take(commit));
  }
  bool on_damage(const Damage&) override { return true; }

  Result<WrittenLog> finish() {
    PERSIST_TRY(status_);
    if (survey_.framed && !part_is_framed_) PERSIST_TRY(begin_framed());
    PERSIST_TRY(write_late_before(part_is_framed_, std::nullopt));
    for (const LateCommit& late : late_) {
      if (late.source > 0 && !is_order_sensitive(late.format)) PERSIST_TRY(write_late(late));
    }
    return written_;
  }

 private:
  bool note(Result<> status) {
    status_ = std::move(status);
    return status_.has_value();
  }

  Result<> take(const Commit& commit) {
    if (is_framed(commit.format) && !part_is_framed_) PERSIST_TRY(begin_framed());
    const bool in_order = !is_order_sensitive(commit.format) || late_.empty();
    if (in_order) return write(commit.version, commit.records, commit.synced_to);
    // A late commit is written when its turn comes, from where it lies.
    if (order_.is_late(commit)) return {};
    PERSIST_TRY(write_late_before(is_framed(commit.format), commit.version));
    return write(commit.version, commit.records, commit.synced_to);
  }

  Result<> begin_framed() {
    PERSIST_TRY(write_late_before(false, std::nullopt));
    part_is_framed_ = true;
    return framed_.begin();
  }

  // The late commits of a part that sort before `version`; all that are left of it without one.
  Result<> write_late_before(bool part_is_framed, std::optional<Version> version) {
    for (; next_late_ < late_.size(); ++next_late_) {
      const LateCommit& late = late_[next_late_];
      if (is_framed(late.format) != part_is_framed) break;
      if (!is_order_sensitive(late.format)) continue;  // not in this pass
      if (version && late.version >= *version) break;
      PERSIST_TRY(write_late(late));
    }
    return {};
  }

  Result<> write_late(const LateCommit& late) {
    PERSIST_TRY_ASSIGN(const auto records, fetcher_.fetch(late));
    return write(late.version, records, late.synced_to);
  }

  Result<> write(Version version, std::span<const RecordView> records, std::uint64_t synced_to) {
    if (repeats_.is_repeat(version, records)) {
      ++written_.repeats_left_out;
      return {};
    }
    ++written_.commits;
    written_.records += records.size();
    return part_is_framed_ ? framed_.add(records, synced_to) : legacy_.add(records);
  }

  const LogSurvey& survey_;
  std::span<const LateCommit> late_;
  const Rules& rules_;
  const RepairOptions& options_;
  CommitFetcher fetcher_;
  Repeats repeats_;
  LogBuilder legacy_;
  LogBuilder framed_;
  std::size_t next_late_ = 0;
  OrderTracker order_;
  bool part_is_framed_ = false;
  Result<> status_;
  WrittenLog written_;
};

}  // namespace

Result<WrittenLog> rewrite_log(std::span<File* const> sources, const LogSurvey& survey,
                               const Rules& rules, const RepairOptions& options,
                               const LogBuilder::Output& output) {
  LogRewriter rewriter(sources, survey, rules, options, output);
  LogReadOptions read_options;
  read_options.end_offset = survey.summary.size_bytes;
  read_options.progress = options.progress;
  PERSIST_TRY(read_log(*sources.front(), read_options, rewriter));
  return rewriter.finish();
}

}  // namespace persist::recover
