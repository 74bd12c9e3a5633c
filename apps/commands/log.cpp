#include "commands/log.hpp"

#include <algorithm>

#include "cli/signals.hpp"
#include "commands/log_rows.hpp"
#include "output/reverse_spool.hpp"

namespace persist::app {
namespace {

constexpr std::size_t reverse_memory_bytes = std::size_t{32} << 20U;

}  // namespace

Result<SurrealNames> names_for(const LogOptions& options, const Target& target) {
  if (options.decode == Decode::nothing) return SurrealNames();
  return read_surrealdb_names(target.log.get(), target.snapshot.get(), target.log_end_offset);
}

bool LogFilter::admits(const Commit& commit) {
  for (const auto* bound : {&options_.since, &options_.until}) {
    if (!*bound) continue;
    if (auto checked = check_instant(**bound, commit.version, log_path_); !checked) {
      problem_ = std::move(checked).error();
      problem_->offset = commit.offset;
    }
  }
  if (options_.since && commit.version < options_.since->version) return false;
  if (options_.until && commit.version > options_.until->version) return false;
  if (!options_.key) return true;
  const auto& key = *options_.key;
  // Keys ascend within a commit.
  const auto at = std::ranges::lower_bound(commit.records, ByteView(key), {}, &RecordView::key);
  return at != commit.records.end() && at->key == key;
}

namespace {

// Prints, or keeps for later, what passes the filter.
class LogPrinter final : public LogSink {
 public:
  LogPrinter(const LogOptions& options, const Target& target, const LogRowStyle& style,
             OutputStream& out, ReverseSpool* spool)
      : filter_(options, target.files.log),
        target_(target),
        style_(style),
        out_(out),
        spool_(spool) {}

  bool on_commit(const Commit& commit) override {
    const bool wanted = filter_.admits(commit);
    if (filter_.problem()) return false;
    if (!wanted) return !stop_requested();
    if (spool_ == nullptr) {
      append_commit_row(out_.buffer(), commit, style_);
      out_.flush_if_full();
      return !out_.is_done() && !stop_requested();
    }
    row_.clear();
    append_commit_row(row_, commit, style_);
    return keep();
  }

  bool on_damage(const Damage& damage) override {
    if (target_.is_unfinished_end(damage)) return true;
    status_ = worse_of(status_, exit_status_of(FileKind::log, damage));
    if (spool_ == nullptr) {
      append_damage_row(out_.buffer(), damage, style_);
      return !out_.is_done();
    }
    row_.clear();
    append_damage_row(row_, damage, style_);
    return keep();
  }

  [[nodiscard]] int status() const { return status_; }
  [[nodiscard]] const std::optional<Error>& usage_problem() const { return filter_.problem(); }
  [[nodiscard]] const std::optional<Error>& error() const { return error_; }

 private:
  bool keep() {
    if (auto kept = spool_->add(row_); !kept) error_ = kept.error();
    return !error_ && !stop_requested();
  }

  LogFilter filter_;
  const Target& target_;
  const LogRowStyle& style_;
  OutputStream& out_;
  ReverseSpool* spool_;
  std::string row_;
  int status_ = exit_success;
  std::optional<Error> error_;
};

void print_header(Context& context, const Target& target, const LogRowStyle& style) {
  std::string& out = context.out.buffer();
  if (!style.json) {
    warn_if_live(target);
    return append_log_heading(out, style);
  }
  out += "{\"schema\":\"persist.log/1\",";
  append_bytes_member(out, "path", target.files.log, Encoding::automatic);
  out += ',';
  append_number_member(out, "bytes", target.log_bytes);
  out.append(",\"live\":").append(target.live ? "true" : "false") += "}\n";
}

int list_log(const LogOptions& options, Context& context, const Target& target) {
  const auto names = names_for(options, target);
  if (!names) return fail_with(names.error());
  const LogRowStyle style{context.options.json, options.show_records, context.colour_out,
                          context.options.encoding,
                          options.decode == Decode::surrealdb ? &*names : nullptr};
  print_header(context, target, style);
  if (!target.log) return exit_success;  // a snapshot without a log: no transactions
  ReverseSpool spool(context.files, context.temp_dir(), reverse_memory_bytes);
  LogPrinter printer(options, target, style, context.out, options.reverse ? &spool : nullptr);
  std::atomic<std::uint64_t> done{0};
  LogReadOptions read_options;
  read_options.end_offset = target.log_end_offset;
  read_options.progress = &done;
  const Progress progress = context.progress("log " + target.files.log, target.log_bytes,
                                             [&done] { return done.load(); });
  const auto summary = read_log(*target.log, read_options, printer);
  if (!summary) return fail_with(summary.error());
  if (printer.usage_problem()) return fail_with(*printer.usage_problem());
  if (printer.error()) return fail_with(*printer.error(), Doing::writing);
  if (options.reverse && !stop_requested()) {
    if (const auto written = spool.write_to(context.out); !written)
      return fail_with(written.error());
  }
  return printer.status();
}

int run_log(const LogOptions& options, Context& context) {
  if (options.follow && (options.reverse || options.hex_offset)) {
    return fail_usage("log: --follow goes with neither --reverse nor --hex");
  }
  const auto target = open_target(context, options.target);
  if (!target) return fail_with(target.error());
  if (options.follow && target->is_stream) {
    return fail_usage("log: --follow needs a log that can be read again, not a pipe");
  }
  if (target->files.log.empty()) {
    return fail_with({ErrorCode::not_a_database,
                      "this is a snapshot, which holds no transactions",
                      target->name,
                      {},
                      "'persist dump' shows its rows",
                      0});
  }
  if (options.hex_offset) return print_hex(options, context, *target);
  if (options.follow) return follow_log(options, context, *target);
  return list_log(options, context, *target);
}

}  // namespace

Run prepare_log(Parser& parser) {
  auto options = std::make_shared<LogOptions>();
  declare_target(parser, options->target);
  parser.flag("--records", options->show_records, "Show each record of each transaction");
  parser.option("--key", "KEY", options->key, parse_bytes,
                "Only transactions that wrote KEY (text, base64:..., or hex:...)");
  parser.option("--since", "VERSION|TIME", options->since, parse_instant,
                "Only from this version or time on");
  parser.option("--until", "VERSION|TIME", options->until, parse_instant,
                "Only up to this version or time");
  parser.flag("--reverse", options->reverse, "The last transaction first");
  parser.flag("--follow", options->follow, "Go on as a live log grows, until interrupted");
  parser.option("--hex", "OFFSET", options->hex_offset, parse_count,
                "Print the annotated bytes of the transaction at or before this byte");
  declare_decode(parser, options->decode);
  return [options](Context& context) { return run_log(*options, context); };
}

}  // namespace persist::app
