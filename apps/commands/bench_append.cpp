#include "commands/bench_append.hpp"

#include <algorithm>
#include <mutex>
#include <nlohmann/json.hpp>
#include <persist/append_bench.hpp>
#include <persist/rewrite.hpp>
#include <persist/state.hpp>

#include "cli/signals.hpp"
#include "cli/values.hpp"
#include "commands/bench.hpp"
#include "commands/stream_input.hpp"
#include "commands/target.hpp"
#include "output/bytes.hpp"
#include "output/log.hpp"

namespace persist::app {
namespace {

// Measured before the commits and after them: a disk is not as fast at one time as at another.
constexpr std::chrono::duration<double> half_of_floor{0.5};

Parsed<FsyncChoice> parse_fsync(const std::string& text) {
  if (text == "every") return FsyncChoice{FsyncMode::every_append, {}};
  if (text == "never") return FsyncChoice{FsyncMode::never, {}};
  const auto interval = parse_interval(text);
  if (!interval) return std::unexpected("is neither every nor never, and " + interval.error());
  return FsyncChoice{FsyncMode::interval, *interval};
}

// Prints acknowledgements as they come, each flushed: whoever counts them after a kill has to know
// that what was printed was durable, and that what was durable was printed soon.
class Acknowledgements {
 public:
  explicit Acknowledgements(Context& context) : context_(context) {}

  [[nodiscard]] bool nobody_reads() {
    const std::lock_guard guard(mutex_);
    return context_.out.is_done();
  }
  void operator()(ByteView key, Version version) {
    const std::lock_guard guard(mutex_);
    std::string& line = context_.out.buffer();
    line += '{';
    append_bytes_member(line, "key", key, context_.options.encoding);
    line += ",\"version\":\"" + std::to_string(version) + "\"}\n";
    context_.out.flush();
  }

 private:
  Context& context_;
  std::mutex mutex_;
};

// An open cuts what was never synced off a damaged log, and a benchmark is no reason for that.
class DamageRefusal {
 public:
  void note(const std::string& path, const Damage& damage) {
    if (damage.is_torn_tail) {
      log_warning({ErrorCode::damaged, damage.message, path, damage.offset,
                   "opening the database cuts it off and keeps a copy beside the log", 0});
    } else if (!refusal_) {
      refusal_ = {ErrorCode::damaged,
                  damage.message,
                  path,
                  damage.offset,
                  "'persist repair' brings back what is whole; nothing was changed",
                  0};
    }
  }
  [[nodiscard]] const std::optional<Error>& error() const noexcept { return refusal_; }

 private:
  std::optional<Error> refusal_;
};

// What is written keeps the release line of what is there. Error `damaged` for more than a torn
// tail.
Result<ReleaseLine> line_to_write(const std::string& directory, const AppendCommand& command,
                                  Context& context) {
  DamageRefusal refusal;
  StateOptions options;
  options.max_memory_bytes = context.options.max_memory_bytes;
  options.temp_dir = context.temp_dir();
  options.on_damage = [&](const std::string& path, const Damage& damage) {
    refusal.note(path, damage);
  };
  options.should_stop = stop_requested;
  const auto state = State::load(context.files, files_in(context, directory), options);
  if (refusal.error()) return std::unexpected(*refusal.error());
  if (!state && state.error().code != ErrorCode::not_found) return std::unexpected(state.error());
  if (command.line) return *command.line;
  return state ? release_line_of(state->summary()) : ReleaseLine::v1_1;
}

Options options_of(const AppendCommand& command, const Context& context, ReleaseLine line) {
  Options options;
  options.paths = {context.options.log_path, context.options.snapshot_path};
  options.release_line = line;
  if (command.snapshot_every) {
    options.snapshot_mode = SnapshotMode::interval;
    options.snapshot_interval = *command.snapshot_every;
  }
  options.aol_mode = command.aol;
  options.fsync_mode = command.fsync.mode;
  if (command.fsync.mode == FsyncMode::interval) options.fsync_interval = command.fsync.interval;
  return options;
}

AppendBenchOptions bench_options_of(const AppendCommand& command) {
  AppendBenchOptions options;
  options.writers = command.writers;
  options.keys_per_commit = command.keys_per_commit;
  options.value_size_bytes = command.value_size_bytes;
  options.duration = std::chrono::duration<double>(command.seconds);
  options.commits = command.commits;
  options.should_stop = stop_requested;
  return options;
}

// Acknowledgements are for a program that counts them: it gets the result too, as a stream's end,
// when it reads JSON.
bool is_result_shown(const AppendCommand& command, const Context& context) {
  return !command.acks || context.options.json;
}

// Plain writes a second.
Result<double> measure_floor(const std::string& directory, const AppendCommand& command,
                             Context& context) {
  if (!is_result_shown(command, context)) return 0.0;
  AppendBenchOptions options = bench_options_of(command);
  options.duration = half_of_floor;
  return measure_append_floor(context.files, directory, options,
                              command.fsync.mode == FsyncMode::every_append);
}

int tell_what_would_be_done(const std::string& directory, ReleaseLine line, Context& context) {
  const DatabaseFiles database = files_in(context, directory);
  const auto live = is_live(context.files, database);
  if (!live) return fail_with(live.error());
  if (*live) {
    return fail_with({ErrorCode::busy,
                      "another process has this database open for writing",
                      directory,
                      {},
                      "stop it, or try again later",
                      0});
  }
  const auto writable = check_writable(database.log);
  if (!writable) return fail_with(writable.error(), Doing::writing);
  if (context.options.json) {
    Json json = json_report("bench");
    json["operation"] = "append";
    json["written"] = false;
    json["reason"] = "dry-run";
    json["line"] = name_of(line);
    print_json(context.out, json);
  } else {
    context.out.write(path_for_people(directory) + ": would be written, line " +
                      std::string(name_of(line)) + "\n");
  }
  return exit_success;
}

// With progress: by how much the log grew. A snapshot that cuts it makes it begin anew.
Result<AppendBenchResult> commit_all(Database& database, const std::string& directory,
                                     const AppendBenchOptions& options, Context& context) {
  const std::string log = files_in(context, directory).log;
  const auto size = [&]() -> std::uint64_t {
    const auto info = context.files.info(log);
    return info ? info->size_bytes : 0;
  };
  const std::uint64_t size_before = size();
  const Progress progress = context.progress("bench append " + directory, 0, [&] {
    const std::uint64_t now = size();
    return now - std::min(now, size_before);
  });
  return bench_append(database, options);
}

void begin_stream(Context& context) {
  Json header = json_report("bench");
  header["operation"] = "append";
  print_json(context.out, header);
}

void show(const AppendBenchResult& result, double floor_writes_per_second, bool ends_stream,
          Context& context) {
  const auto commits = static_cast<double>(result.commits);
  Measured measured;
  measured.ends_stream = ends_stream;
  measured.seconds = {result.seconds};
  measured.bytes = result.key_bytes + result.value_bytes;
  measured.records = result.records;
  measured.floor = "one writer's plain writes of as many bytes a commit";
  measured.floor_seconds = {commits / floor_writes_per_second};
  show_measured(context, "append", measured, [&](Json& json) {
    json["commits"] = result.commits;
    json["commits_per_second"] = commits / result.seconds;
    json["floor"]["writes_per_second"] = floor_writes_per_second;
  });
  if (context.options.json) return;
  context.out.write(std::to_string(static_cast<std::uint64_t>(commits / result.seconds)) +
                    " commits/s\n");
}

// What an append lacks is the machine's to give, memory or threads: a limit is no damage here.
int fail_append(const Error& error) {
  const int status = fail_with(error, Doing::writing);
  return error.code == ErrorCode::limit ? exit_io_error : status;
}

}  // namespace

void declare_append_options(Parser& parser, AppendCommand& command) {
  parser.option("--writers", "N", command.writers, parse_positive,
                "append: threads that commit (1)");
  parser.choice(
      "--aol", "MODE", command.aol,
      Parser::Choices<AolMode>{{"sync", AolMode::synchronous_on_commit},
                               {"async", AolMode::asynchronous_after_commit}},
      "append: write the log before a commit returns, or after: sync (the default), async");
  parser.option("--fsync", "WHEN", command.fsync, parse_fsync,
                "append: every (the default), never, or each so many milliseconds");
  parser.option("--value-size", "N", command.value_size_bytes, parse_count,
                "append: bytes of a value (100)");
  parser.option("--ops", "N", command.keys_per_commit, parse_positive, "append: keys a commit (1)");
  parser.option("--seconds", "S", command.seconds, parse_seconds, "append: how long (5)");
  parser.option("--commits", "N", command.commits, parse_count,
                "append: stop after so many commits instead");
  parser.flag("--acks", command.acks,
              "append: print each key and version once its commit is durable");
  parser.flag("--dry-run", command.dry_run, "append: say what would be done, write nothing");
  parser.option("--snapshot-every", "MS", command.snapshot_every, parse_interval,
                "append: take snapshots meanwhile");
  Parser::Choices<ReleaseLine> lines;
  for (const ReleaseLine line : all_release_lines) lines.emplace_back(name_of(line), line);
  parser.choice("--line", "LINE", command.line, lines,
                "append: the release line to write (that of the files; 1.1 for new ones)");
}

int run_append_bench(const std::string& directory, const AppendCommand& command, Context& context) {
  if (is_stream(directory)) {
    return fail_usage("bench: append writes to a database directory; " + directory + " is none");
  }
  const auto line = line_to_write(directory, command, context);
  if (!line) return fail_with(line.error());
  if (command.dry_run) return tell_what_would_be_done(directory, *line, context);
  auto database = Database::open(directory, options_of(command, context, *line), context.files);
  if (!database) return fail_append(database.error());
  AppendBenchOptions options = bench_options_of(command);
  Acknowledgements acknowledge(context);
  if (command.acks) {
    if (context.options.json) begin_stream(context);
    options.on_acknowledged = std::ref(acknowledge);
    options.should_stop = [&] { return stop_requested() || acknowledge.nobody_reads(); };
  }
  const auto before = measure_floor(directory, command, context);
  if (!before) return fail_append(before.error());
  const auto result = commit_all(*database, directory, options, context);
  const auto closed = database->close();
  if (!result) return fail_append(result.error());
  if (!closed) return fail_with(closed.error(), Doing::writing);
  if (!is_result_shown(command, context)) {
    return stop_requested() ? exit_signal_base + stop_signal() : exit_success;
  }
  const auto after = measure_floor(directory, command, context);
  if (!after) return fail_append(after.error());
  show(*result, (*before + *after) / 2, command.acks, context);
  return stop_requested() ? exit_signal_base + stop_signal() : exit_success;
}

}  // namespace persist::app
