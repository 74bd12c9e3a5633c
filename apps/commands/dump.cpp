// `persist dump TARGET`: the state as rows, keys ascending.
#include <nlohmann/json.hpp>
#include <persist/fingerprint.hpp>
#include <persist/surrealdb_names.hpp>

#include "cli/signals.hpp"
#include "commands/dump_batches.hpp"
#include "commands/loaded_state.hpp"
#include "commands/output_file.hpp"

namespace persist::app {
namespace {

struct DumpOptions {
  std::string target;
  std::optional<std::string> prefix;
  std::optional<std::string> from;
  std::optional<std::string> to;
  std::optional<std::uint64_t> limit;
  bool keys_only = false;
  std::optional<PointInTime> at;
  bool history = false;
  DumpFormat format = DumpFormat::ndjson;
  Decode decode = Decode::nothing;
  OutputFile output;
};

// What --prefix, --from and --to have in common. Owns what the views in range() point to.
class Bounds {
 public:
  explicit Bounds(const DumpOptions& options) : from_(options.from.value_or("")), to_(options.to) {
    if (!options.prefix) return;
    from_ = std::max(from_, *options.prefix);
    const auto end = prefix_end(*options.prefix);
    if (end && (!to_ || *end < *to_)) to_ = end;
  }
  [[nodiscard]] KeyRange range() const {
    return {from_, to_ ? std::optional<ByteView>(*to_) : std::nullopt};
  }

 private:
  std::string from_;
  std::optional<std::string> to_;
};

// Writes rows until the limit, and sums up what it wrote.
class Dumper {
 public:
  // `names` may be null: records are not named then.
  Dumper(const DumpOptions& options, const SurrealNames* names, const DumpRowWriter& writer,
         OutputStream& out)
      : limit_(options.limit.value_or(UINT64_MAX)),
        names_(names),
        writer_(writer),
        out_(out),
        formatter_(writer, out) {}

  bool add(const KeyState& key) {
    const std::string record = names_ == nullptr ? "" : names_->record(key.key).value_or("");
    std::optional<ByteView> newest;  // of what is written: the limit may leave later ones out
    for (const VersionedValue& version : key.versions) {
      if (rows_ == limit_) break;
      formatter_.add({key.key, version.version, version.value, record});
      newest = version.value;
      ++rows_;
    }
    if (newest) fingerprint_.add(key.key, *newest);
    done_bytes_.store(out_.size_bytes(), std::memory_order_relaxed);
    return !out_.is_done() && rows_ < limit_;
  }

  [[nodiscard]] std::uint64_t done_bytes() const { return done_bytes_; }

  void finish() {
    formatter_.finish();
    Json trailer;
    trailer["end"] = true;
    trailer["rows"] = rows_;
    trailer["fingerprint"] = fingerprint_.to_string();
    writer_.end(out_.buffer(), trailer);
  }

 private:
  std::uint64_t limit_;
  const SurrealNames* names_;
  const DumpRowWriter& writer_;
  OutputStream& out_;
  RowFormatter formatter_;
  std::uint64_t rows_ = 0;
  std::atomic<std::uint64_t> done_bytes_{0};
  Fingerprint fingerprint_;
};

Json header_of(const DumpOptions& options, const LoadedState& loaded) {
  Json header = json_report("dump");
  set_path(header, "path", loaded.target.name);
  header["history"] = options.history;
  if (options.keys_only) header["keys_only"] = true;
  if (options.at) set_version(header, "at", options.at->version);
  header["live"] = loaded.target.live;
  return header;
}

int dump_to(const DumpOptions& options, Context& context, const LoadedState& loaded,
            OutputStream& out) {
  const bool decodes = options.decode == Decode::surrealdb;
  SurrealNames names;
  if (decodes) {
    if (const auto learned = names.learn_from(loaded.state); !learned) {
      return fail_with(learned.error());
    }
  }
  const auto writer = make_dump_row_writer(
      {options.format, context.options.encoding, options.keys_only, options.history, decodes});
  writer->begin(out.buffer(), header_of(options, loaded));
  Dumper dumper(options, decodes ? &names : nullptr, *writer, out);
  const Progress progress =
      context.progress("writing rows of " + loaded.target.name, loaded.target.total_bytes(),
                       [&dumper] { return dumper.done_bytes(); });
  const Bounds bounds(options);
  const auto walked = loaded.state.for_each(
      bounds.range(), [&dumper](const KeyState& key) { return dumper.add(key); });
  if (!walked) return fail_with(walked.error());
  dumper.finish();
  return loaded.damage_status;
}

void say_dry_run(const DumpOptions& options, Context& context, const LoadedState& loaded,
                 std::uint64_t bytes) {
  if (!context.options.json) {
    context.out.write(dry_run_line(options.output, bytes));
    return;
  }
  Json json = header_of(options, loaded);
  set_output(json, options.output);
  json["bytes"] = bytes;
  print_json(context.out, json);
}

int dump_to_file(const DumpOptions& options, Context& context, const LoadedState& loaded) {
  const auto out = open_output(context, options.output);
  if (!out) return fail_with(out.error(), Doing::writing);
  const int status = dump_to(options, context, loaded, **out);
  if (status > exit_damage || stop_requested()) return status;
  const auto finished = (*out)->finish();
  if (!finished) return fail_with(finished.error(), Doing::writing);
  if (options.output.dry_run) say_dry_run(options, context, loaded, (*out)->size_bytes());
  return status;
}

int run_dump(const DumpOptions& options, Context& context) {
  if (context.options.json && options.format != DumpFormat::ndjson) {
    return fail_usage("dump: --json goes with --format ndjson only");
  }
  if (options.output.dry_run && options.output.path.empty()) {
    return fail_usage("dump: --dry-run goes with --output");
  }
  if (!options.output.path.empty()) {
    const auto allowed = check_output_file(context, options.target, options.output.path);
    if (!allowed) return fail_with(allowed.error(), Doing::writing);
  }
  const auto loaded = load_state(context, {options.target, options.at, options.history});
  if (!loaded) return fail_with(loaded.error());
  // Only the header of NDJSON has a place for it.
  if (options.format != DumpFormat::ndjson) warn_if_live(loaded->target);
  return options.output.path.empty() ? dump_to(options, context, *loaded, context.out)
                                     : dump_to_file(options, context, *loaded);
}

}  // namespace

Run prepare_dump(Parser& parser) {
  auto options = std::make_shared<DumpOptions>();
  declare_target(parser, options->target);
  parser.option("--prefix", "KEY", options->prefix, parse_bytes,
                "Only keys that begin so (text, base64:..., or hex:...)");
  parser.option("--from", "KEY", options->from, parse_bytes, "Only this key and later ones");
  parser.option("--to", "KEY", options->to, parse_bytes, "Only keys before this one");
  parser.option("--limit", "N", options->limit, parse_count, "At most so many rows");
  parser.flag("--keys-only", options->keys_only, "Leave the values out");
  parser.option("--at", "VERSION|TIME", options->at, parse_instant, "The state as it was then");
  parser.flag("--history", options->history, "Every version that the files hold, deletes too");
  parser.choice(
      "--format", "FORMAT", options->format,
      Parser::Choices<DumpFormat>{
          {"ndjson", DumpFormat::ndjson}, {"csv", DumpFormat::csv}, {"tsv", DumpFormat::tsv}},
      "ndjson (the default), csv or tsv");
  declare_decode(parser, options->decode);
  parser
      .option("--output", "FILE", options->output.path,
              "Write to FILE, which appears when it is whole")
      .completes = Completes::file;
  declare_dry_run(parser, options->output);
  return [options](Context& context) { return run_dump(*options, context); };
}

}  // namespace persist::app
