#include "commands/loaded_state.hpp"

#include <algorithm>
#include <chrono>
#include <persist/lineage.hpp>

#include "cli/signals.hpp"
#include "output/bytes.hpp"

namespace persist::app {
namespace {

constexpr std::size_t most_warnings = 20;
constexpr int most_attempts = 5;
constexpr std::uint64_t most_lineage_bytes = std::uint64_t{32} << 20U;

// Turns damage into warnings, and into what it means for the exit status.
class DamageReporter {
 public:
  explicit DamageReporter(const Target& target) : target_(target) {}

  void report(const std::string& path, const Damage& damage) {
    if (target_.is_unfinished_end(damage)) return;
    status_ = worse_of(status_, target_.exit_status_of(path, damage));
    snapshot_is_damaged_ =
        snapshot_is_damaged_ || (target_.snapshot && path == target_.snapshot->path());
    if (++count_ > most_warnings) return;
    log_warning(Error{ErrorCode::damaged, damage.message, path, damage.offset, {}, 0});
  }

  void finish() const {
    if (count_ <= most_warnings) return;
    log_warning(count_text(count_ - most_warnings, "more damaged range") +
                "; 'persist verify' lists them all");
  }

  // What a proof that the snapshot does not go with the log makes of it.
  [[nodiscard]] Result<> report_lineage(LineageCheck& lineage) {
    if (!target_.log || !target_.snapshot) return {};
    PERSIST_TRY_ASSIGN(const auto findings,
                       lineage.compare(*target_.snapshot, snapshot_is_damaged_));
    for (const Finding& finding : findings) {
      if (finding.severity != Severity::error) continue;
      status_ = exit_damage;
      log_warning(Error{ErrorCode::damaged, finding.message, target_.log->path(), finding.offset,
                        "'persist repair' says what can be done", 0});
    }
    return {};
  }

  [[nodiscard]] int status() const { return status_; }

 private:
  const Target& target_;
  std::size_t count_ = 0;
  int status_ = exit_success;
  bool snapshot_is_damaged_ = false;
};

Result<LoadedState> load_once(Context& context, const LoadRequest& request) {
  PERSIST_TRY_ASSIGN(Target target, open_target(context, request.target));
  DamageReporter reporter(target);
  const std::uint64_t lineage_bytes =
      std::min(context.options.max_memory_bytes / 8, most_lineage_bytes);
  LineageCheck lineage(lineage_bytes);
  std::atomic<std::uint64_t> done{0};
  StateOptions options;
  if (request.at) options.at = request.at->version;
  options.history = request.history;
  options.max_memory_bytes = context.options.max_memory_bytes - lineage_bytes;
  options.temp_dir = context.temp_dir();
  options.log_end_offset = target.log_end_offset;
  options.on_damage = [&](const std::string& path, const Damage& damage) {
    reporter.report(path, damage);
  };
  options.on_snapshot = [&](const SnapshotSummary& summary) { lineage.begin(summary); };
  options.keep_commit = [&](const Commit& commit) {
    lineage.add(commit);
    return true;
  };
  options.progress = &done;
  options.should_stop = stop_requested;
  const auto began = std::chrono::steady_clock::now();
  const Progress progress = context.progress("reading " + target.name, target.total_bytes(),
                                             [&done] { return done.load(); });
  PERSIST_TRY_ASSIGN(State state,
                     State::load(context.files, target.log.get(), target.snapshot.get(), options));
  const std::chrono::duration<double> took = std::chrono::steady_clock::now() - began;
  if (request.at) {
    PERSIST_TRY(check_instant(*request.at, state.summary().max_version, request.target));
  }
  PERSIST_TRY(reporter.report_lineage(lineage));
  reporter.finish();
  const int damage_status = reporter.status();
  return LoadedState{std::move(target), std::move(state), damage_status, took.count()};
}

}  // namespace

Result<LoadedState> load_state(Context& context, const LoadRequest& request) {
  for (int attempt = 1;; ++attempt) {
    PERSIST_TRY_ASSIGN(LoadedState loaded, load_once(context, request));
    PERSIST_TRY_ASSIGN(const bool changed, changed_underneath(context, loaded.target));
    if (!changed) return loaded;
    if (attempt == most_attempts) {
      return fail(ErrorCode::busy, request.target,
                  "its log was cut by another process each time it was read", "try again later");
    }
    log_info(request.target + ": the log was cut while it was read; reading it again");
  }
}

}  // namespace persist::app
