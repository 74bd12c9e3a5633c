// `persist log --follow`: a log that grows, and may be replaced, while it is read.
#include <algorithm>
#include <atomic>
#include <chrono>
#include <deque>
#include <thread>
#include <vector>

#include "cli/signals.hpp"
#include "commands/log.hpp"
#include "commands/log_rows.hpp"

namespace persist::app {
namespace {

using std::chrono::milliseconds;
constexpr milliseconds poll_every{200};
// A legacy commit has no end mark: one that nothing was added to for so long is taken as whole.
constexpr int quiet_polls = 5;

// Versions of a log that another one took the place of, which begins with the end of the old one.
class KnownVersions {
 public:
  KnownVersions() = default;
  KnownVersions(std::vector<Version> some, Version all_up_to)
      : some_(std::move(some)), all_up_to_(all_up_to) {
    std::ranges::sort(some_);
  }
  [[nodiscard]] bool contains(Version version) const {
    return version <= all_up_to_ || std::ranges::binary_search(some_, version);
  }

 private:
  std::vector<Version> some_;
  Version all_up_to_ = 0;
};

// The greatest version that was seen is not enough: commits that ran at the same time may lie out
// of order, though not farther apart than so many of them can run at once.
class SeenVersions {
 public:
  void add(Version version) {
    recent_.push_back(version);
    if (recent_.size() <= most_recent) return;
    all_up_to_ = std::max(all_up_to_, recent_.front());
    recent_.pop_front();
  }
  [[nodiscard]] KnownVersions known() const {
    return {std::vector<Version>(recent_.begin(), recent_.end()), all_up_to_};
  }

 private:
  static constexpr std::size_t most_recent = std::size_t{1} << 16U;
  std::deque<Version> recent_;
  Version all_up_to_ = 0;
};

// Prints what is new in one pass. The last legacy commit is held back while it may still grow.
class FollowSink final : public LogSink {
 public:
  FollowSink(LogFilter& filter, const LogRowStyle& style, OutputStream& out, std::uint64_t end,
             bool is_quiet, const KnownVersions& known, SeenVersions& seen)
      : filter_(filter),
        style_(style),
        out_(out),
        end_(end),
        is_quiet_(is_quiet),
        known_(known),
        seen_(seen) {}

  bool on_commit(const Commit& commit) override {
    const bool may_grow =
        commit.format == LogFormat::legacy && commit.offset + commit.length == end_;
    if (may_grow && !is_quiet_) return true;
    next_offset = commit.offset + commit.length;
    format = commit.format;
    seen_.add(commit.version);
    if (!known_.contains(commit.version) && filter_.admits(commit)) {
      append_commit_row(out_.buffer(), commit, style_);
      out_.flush_if_full();
    }
    return !filter_.problem() && !out_.is_done() && !stop_requested();
  }

  bool on_damage(const Damage& damage) override {
    // What reaches the end may be a commit that is being written.
    if (damage.offset + damage.length == end_) return true;
    append_damage_row(out_.buffer(), damage, style_);
    next_offset = damage.offset + damage.length;
    return !out_.is_done();
  }

  std::optional<std::uint64_t> next_offset;
  std::optional<LogFormat> format;

 private:
  LogFilter& filter_;
  const LogRowStyle& style_;
  OutputStream& out_;
  std::uint64_t end_;
  bool is_quiet_;
  const KnownVersions& known_;
  SeenVersions& seen_;
};

class Follower {
 public:
  // `names` may be null: records are not named then.
  Follower(const LogOptions& options, Context& context, std::string path, const SurrealNames* names)
      : context_(context),
        path_(std::move(path)),
        style_{context.options.json, options.show_records, context.colour_out,
               context.options.encoding, names},
        filter_(options, path_) {}

  Result<> poll() {
    PERSIST_TRY(look());
    return read_new();
  }

  void print_header() {
    std::string& out = context_.out.buffer();
    if (style_.json) {
      out += "{\"schema\":\"persist.log/1\",";
      append_bytes_member(out, "path", path_, Encoding::automatic);
      out += ",\"live\":true}\n";
    } else {
      append_log_heading(out, style_);
    }
    context_.out.flush();
  }

  [[nodiscard]] const std::optional<Error>& problem() const { return filter_.problem(); }
  // For a progress display: asked from another thread.
  [[nodiscard]] std::uint64_t done_bytes() const { return offset_.load(); }

 private:
  // Opens the log, or again when another file has taken its place or it was cut.
  Result<> look() {
    const auto info = context_.files.info(path_);
    if (!info)
      return info.error().code == ErrorCode::not_found ? Result<>{} : std::unexpected(info.error());
    if (file_ && info->inode == inode_ && info->size_bytes >= size_bytes_) {
      polls_without_growth_ = info->size_bytes == size_bytes_ ? polls_without_growth_ + 1 : 0;
      size_bytes_ = info->size_bytes;
      return {};
    }
    if (file_) log_info(path_ + ": the log was replaced or cut; going on with what is new in it");
    PERSIST_TRY_ASSIGN(file_, context_.files.open(path_, OpenMode::read));
    inode_ = info->inode;
    size_bytes_ = info->size_bytes;
    offset_ = 0;
    format_.reset();
    polls_without_growth_ = 0;
    known_ = seen_.known();
    return {};
  }

  Result<> read_new() {
    if (!file_ || offset_ >= size_bytes_) return {};
    LogReadOptions read_options;
    read_options.begin_offset = offset_;
    read_options.resume_format = format_;
    read_options.end_offset = size_bytes_;
    FollowSink sink(filter_, style_, context_.out, size_bytes_,
                    polls_without_growth_ >= quiet_polls, known_, seen_);
    const auto summary = read_log(*file_, read_options, sink);
    if (!summary) return std::unexpected(summary.error());
    if (sink.next_offset) offset_ = *sink.next_offset;
    // Legacy records are read on as from the start, so that a header behind them is seen.
    if (sink.format && *sink.format != LogFormat::legacy) format_ = sink.format;
    context_.out.flush();
    return {};
  }

  Context& context_;
  const std::string path_;
  const LogRowStyle style_;
  LogFilter filter_;
  std::unique_ptr<File> file_;
  std::uint64_t inode_ = 0;
  std::uint64_t size_bytes_ = 0;
  std::atomic<std::uint64_t> offset_{0};
  std::optional<LogFormat> format_;
  int polls_without_growth_ = 0;
  SeenVersions seen_;
  KnownVersions known_;  // after a replaced log: what was seen before
};

}  // namespace

int follow_log(const LogOptions& options, Context& context, const Target& target) {
  const auto names = names_for(options, target);
  if (!names) return fail_with(names.error());
  Follower follower(options, context, target.files.log,
                    options.decode == Decode::surrealdb ? &*names : nullptr);
  follower.print_header();
  auto shown = context.progress_of("log " + target.files.log, 0,
                                   [&follower] { return follower.done_bytes(); });
  // It waits most of the time: there is nothing to tell until somebody asks.
  if (shown.when == When::automatic) shown.when = When::never;
  const Progress progress(std::move(shown));
  while (!stop_requested() && !context.out.is_done()) {
    if (const auto polled = follower.poll(); !polled) return fail_with(polled.error());
    if (follower.problem()) return fail_with(*follower.problem());
    std::this_thread::sleep_for(poll_every);
    context.out.look_for_reader();
  }
  return exit_success;
}

}  // namespace persist::app
