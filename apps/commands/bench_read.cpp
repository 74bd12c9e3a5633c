// `persist bench load|verify|dump|snapshot`: operations that read a database, beside reading its
// bytes and nothing else.
#include <atomic>
#include <nlohmann/json.hpp>
#include <persist/snapshot_writer.hpp>
#include <persist/state.hpp>

#include "cli/signals.hpp"
#include "commands/bench.hpp"
#include "commands/dump_batches.hpp"
#include "commands/target.hpp"

namespace persist::app {
namespace {

constexpr std::size_t floor_piece_bytes = std::size_t{1} << 20U;

Result<> read_whole(File& file) {
  std::vector<char> piece(floor_piece_bytes);
  for (std::uint64_t offset = 0;;) {
    PERSIST_TRY_ASSIGN(const std::size_t got, file.read_at(offset, piece));
    if (got < piece.size()) return {};
    offset += got;
  }
}

Result<> read_target(const Target& target) {
  if (target.log) PERSIST_TRY(read_whole(*target.log));
  if (target.snapshot) PERSIST_TRY(read_whole(*target.snapshot));
  return {};
}

class CountingStream final : public OutputStream {
  Result<bool> put(std::string_view) override { return true; }
};

class ReadBenchRun {
 public:
  ReadBenchRun(const Target& target, Context& context) : target_(target), context_(context) {}

  Result<> once(ReadBench operation) {
    switch (operation) {
      case ReadBench::load:
        return load_only();
      case ReadBench::verify:
        return verify_target();
      case ReadBench::dump:
        return dump();
      case ReadBench::snapshot:
        return snapshot();
    }
    return {};
  }

  std::uint64_t records = 0;
  std::uint64_t output_bytes = 0;

 private:
  Result<State> load() {
    StateOptions options;
    options.max_memory_bytes = context_.options.max_memory_bytes;
    options.temp_dir = context_.temp_dir();
    options.log_end_offset = target_.log_end_offset;
    options.should_stop = stop_requested;
    PERSIST_TRY_ASSIGN(State state, State::load(context_.files, target_.log.get(),
                                                target_.snapshot.get(), options));
    const StateSummary& summary = state.summary();
    records = (summary.log ? summary.log->records : 0) +
              (summary.snapshot ? summary.snapshot->versions : 0);
    return state;
  }

  Result<> load_only() {
    PERSIST_TRY(load());
    return {};
  }

  Result<> verify_target() {
    VerifyOptions options;
    options.log_end_offset = target_.log_end_offset;
    options.should_stop = stop_requested;
    PERSIST_TRY_ASSIGN(const VerifyReport report,
                       verify(target_.log.get(), target_.snapshot.get(), options));
    records = 0;
    for (const FileReport& file : report.files) records += file.records;
    return {};
  }

  Result<> dump() {
    PERSIST_TRY_ASSIGN(const State state, load());
    const auto writer =
        make_dump_row_writer({DumpFormat::ndjson, context_.options.encoding, false, false, false});
    CountingStream out;
    RowFormatter rows(*writer, out);
    PERSIST_TRY(state.for_each([&](const KeyState& key) {
      const VersionedValue& newest = key.versions.back();
      rows.add({key.key, newest.version, newest.value, {}});
      return !stop_requested();
    }));
    rows.finish();
    output_bytes = out.size_bytes();
    return {};
  }

  Result<> snapshot() {
    PERSIST_TRY_ASSIGN(const State state, load());
    PERSIST_TRY_ASSIGN(const auto file, context_.files.create_temporary(context_.temp_dir()));
    output_bytes = 0;
    SnapshotWriteOptions options;
    options.covered = state.summary().max_version;
    SnapshotWriter writer(options, [&](ByteView bytes) -> Result<> {
      PERSIST_TRY(file->write_at(output_bytes, bytes));
      output_bytes += bytes.size();
      return {};
    });
    PERSIST_TRY(writer.begin());
    Result<> added;
    PERSIST_TRY(state.for_each([&](const KeyState& key) {
      added = writer.add(key.key, key.versions);
      return added.has_value() && !stop_requested();
    }));
    PERSIST_TRY(added);
    return writer.finish();
  }

  const Target& target_;
  Context& context_;
};

constexpr std::string_view name_of(ReadBench operation) {
  switch (operation) {
    case ReadBench::load:
      return "load";
    case ReadBench::verify:
      return "verify";
    case ReadBench::dump:
      return "dump";
    case ReadBench::snapshot:
      return "snapshot";
  }
  return "";
}

}  // namespace

int run_read_bench(ReadBench operation, const std::string& name, const BenchOptions& options,
                   Context& context) {
  const auto target = open_target(context, name);
  if (!target) return fail_with(target.error());
  ReadBenchRun run(*target, context);
  Measured measured;
  measured.bytes = target->total_bytes();
  measured.floor = "reading the same bytes";
  std::atomic<std::uint64_t> done{0};
  const Progress progress =
      context.progress("bench " + std::string(name_of(operation)) + " " + name,
                       (options.runs + 1) * measured.bytes, [&done] { return done.load(); });
  // The first run of each warms the page cache and is not counted.
  for (std::uint64_t i = 0; i <= options.runs; ++i) {
    const auto floor = time_of([&] { return read_target(*target); });
    if (!floor) return fail_with(floor.error());
    const auto seconds = time_of([&] { return run.once(operation); });
    if (!seconds) return fail_with(seconds.error());
    if (stop_requested()) return exit_signal_base + stop_signal();
    done += measured.bytes;
    if (i == 0) continue;
    measured.floor_seconds.push_back(*floor);
    measured.seconds.push_back(*seconds);
  }
  measured.records = run.records;
  show_measured(context, name_of(operation), measured, [&](Json& json) {
    json["live"] = target->live;
    if (run.output_bytes > 0) json["output_bytes"] = run.output_bytes;
  });
  if (target->live && !context.options.json) {
    context.out.write(live_line(name));
  }
  return exit_success;
}

}  // namespace persist::app
