#include "commands/rewriting.hpp"

#include <nlohmann/json.hpp>

#include "cli/signals.hpp"
#include "output/bytes.hpp"

namespace persist::app {
namespace {

constexpr int most_attempts = 5;
constexpr std::uint64_t passes = 3;  // reading, writing, reading back

Parsed<int> parse_level(const std::string& text) {
  const auto level = parse_count(text);
  if (!level) return std::unexpected(level.error());
  if (*level < 1 || *level > 12) return std::unexpected("is not between 1 and 12");
  return static_cast<int>(*level);
}

std::uint64_t size_of(Context& context, const std::string& path) {
  const auto info = context.files.info(path);
  return info ? info->size_bytes : 0;
}

DatabaseFiles files_in(Context& context, const std::string& directory) {
  return database_files(directory, {context.options.log_path, context.options.snapshot_path});
}

// Errors about what is read have another exit status than those about what is written.
int fail_rewrite(const Error& error, const DatabaseFiles& source) {
  const bool is_source =
      error.path == source.log || error.path == source.snapshot || error.path == source.directory;
  return fail_with(error, is_source ? Doing::reading : Doing::writing);
}

// Over all passes of `bytes` that a rewrite makes.
Result<RewriteReport> with_progress(Context& context, const std::string& name, std::uint64_t bytes,
                                    RewriteOptions& options,
                                    const std::function<Result<RewriteReport>()>& rewrite) {
  std::atomic<std::uint64_t> done{0};
  options.progress = &done;
  const Progress progress = context.progress(std::string(context.command) + " " + name,
                                             passes * bytes, [&done] { return done.load(); });
  return rewrite();
}

std::string_view reason_of(Unwritten unwritten) {
  switch (unwritten) {
    case Unwritten::none:
      return {};
    case Unwritten::dry_run:
      return "dry-run";
    case Unwritten::no_gain:
      return "no-gain";
    case Unwritten::torn_tail:
      return "torn-tail";
  }
  return {};
}

Json sizes_json(const FileSizes& sizes) {
  Json json;
  json["log_bytes"] = sizes.log_bytes;
  json["snapshot_bytes"] = sizes.snapshot_bytes;
  json["bytes"] = sizes.total();
  return json;
}

std::string sizes_text(const FileSizes& before, const FileSizes& after) {
  std::string text = size_text(before.total()) + " -> " + size_text(after.total());
  if (before.total() > after.total()) {
    const std::uint64_t freed = before.total() - after.total();
    text += " (" + std::to_string(freed * 100 / before.total()) + "% freed)";
  }
  return text + ": log " + size_text(before.log_bytes) + " -> " + size_text(after.log_bytes) +
         ", snapshot " + size_text(before.snapshot_bytes) + " -> " +
         size_text(after.snapshot_bytes);
}

std::string headline(const RewriteReport& report, const ReportTexts& texts) {
  const std::string where = texts.output.empty() ? texts.source : texts.output;
  switch (report.unwritten) {
    case Unwritten::none:
      return where + ": " + sizes_text(report.before, report.after);
    case Unwritten::dry_run:
      return where + ": would be written: " + sizes_text(report.before, report.after);
    case Unwritten::no_gain:
      return where + ": left as it is: " + size_text(report.before.total()) + " would become " +
             size_text(report.after.total());
    case Unwritten::torn_tail:
      return where + ": left as it is: its log ends in an interrupted write";
  }
  return where;
}

std::string text_for_people(const RewriteReport& report, const ReportTexts& texts) {
  std::string text = headline(report, texts) + "\n";
  if (report.unwritten == Unwritten::torn_tail) return text;
  text += "line " + std::string(name_of(report.line)) + ", " +
          count_text(report.live_keys, "key", "keys") + ", " +
          count_text(report.versions, "version", "versions") + ", " +
          count_text(report.commits, "commit", "commits") + " in the log\n";
  if (report.versions_left_out > 0) {
    text += count_text(report.versions_left_out, "older version", "older versions") +
            " left out, which a snapshot of this line cannot hold\n";
  }
  if (report.renumbered)
    text += "versions were renumbered: this line would not take the old ones\n";
  if (report.applied) {
    text += count_text(report.applied->commits, "commit", "commits") + " applied, versions " +
            std::to_string(report.applied->first_version) + " to " +
            std::to_string(report.applied->last_version) + "\n";
  }
  if (!report.originals.empty()) text += "the old files are in " + report.originals + "\n";
  return text + "fingerprint " + report.fingerprint + "\n";
}

void warn_of_torn_tail(const RewriteReport& report) {
  if (!report.torn_tail) return;
  const bool in_place = report.unwritten == Unwritten::torn_tail;
  log_warning(Error{ErrorCode::damaged, report.torn_tail->message, report.torn_tail->path,
                    report.torn_tail->offset,
                    in_place ? "'persist repair' cuts it off and keeps a copy; nothing was changed"
                             : "it was left out",
                    0});
}

}  // namespace

void declare_compression(Parser& parser, WriteOptions& into) {
  parser.choice(
      "--compress", "HOW", into.compression,
      Parser::Choices<Compression>{{"lz4", Compression::lz4}, {"none", Compression::none}},
      "Write the snapshot as lz4 (the default; it has checksums) or as none");
  parser.option("--level", "N", into.level, parse_level, "LZ4 level, 1 (fast) to 12 (small)");
}

void declare_dry_run(Parser& parser, WriteOptions& into) {
  parser.flag("--dry-run", into.dry_run, "Say what would be done, write nothing");
}

void declare_directory(Parser& parser, std::string& into) {
  OptionSpec& spec = parser.positional("DIR", into, "A database directory");
  spec.is_required = true;
  spec.completes = Completes::directory;
}

OptionSpec& declare_output_directory(Parser& parser, std::string& into) {
  OptionSpec& spec = parser.option("--output", "DIR", into,
                                   "The new database's directory, empty or not there yet");
  spec.completes = Completes::directory;
  return spec;
}

OptionSpec& declare_line(Parser& parser, ReleaseLine& into, std::string_view help) {
  Parser::Choices<ReleaseLine> lines;
  for (const ReleaseLine line : all_release_lines) lines.emplace_back(name_of(line), line);
  return parser.choice("--to", "LINE", into, lines, help);
}

void set_options(RewriteOptions& options, const WriteOptions& written, Context& context) {
  options.compression = written.compression;
  options.level = written.level;
  options.dry_run = written.dry_run;
  options.max_memory_bytes = context.options.max_memory_bytes;
  options.temp_dir = context.temp_dir();
  options.should_stop = stop_requested;
}

std::optional<PointInTime> point_of(const std::optional<Instant>& instant) {
  if (!instant) return std::nullopt;
  return PointInTime{instant->version, instant->is_time};
}

int rewrite_directory(Context& context, const std::string& directory, RewriteOptions& options,
                      const DirectoryRewrite& rewrite) {
  const DatabaseFiles database = files_in(context, directory);
  const std::uint64_t bytes = size_of(context, database.log) + size_of(context, database.snapshot);
  const auto report =
      with_progress(context, directory, bytes, options, [&] { return rewrite(database); });
  if (!report) return fail_rewrite(report.error(), database);
  return print_rewrite(context, *report, {directory, {}, {}});
}

int rewrite_target(Context& context, const std::string& name, const std::string& output,
                   RewriteOptions& options, const TargetRewrite& rewrite) {
  for (int attempt = 1;; ++attempt) {
    const auto target = open_target(context, name);
    if (!target) return fail_with(target.error());
    bool changed = false;
    options.after_reading = [&]() -> Result<> {
      PERSIST_TRY_ASSIGN(changed, changed_underneath(context, *target));
      if (!changed) return {};
      return fail(ErrorCode::busy, name, "its log was cut by another process while it was read",
                  "try again later");
    };
    const SourceFiles files{target->log.get(), target->snapshot.get(), target->log_end_offset};
    const auto report = with_progress(context, name, target->total_bytes(), options,
                                      [&] { return rewrite(files); });
    if (report) return print_rewrite(context, *report, {name, output, target->live});
    if (!changed || attempt == most_attempts) return fail_rewrite(report.error(), target->files);
    log_info(name + ": the log was cut while it was read; reading it again");
  }
}

Json rewrite_json(std::string_view command, const RewriteReport& report, const ReportTexts& texts) {
  Json json = json_report(command);
  json["path"] = texts.source;
  if (!texts.output.empty()) json["output"] = texts.output;
  json["line"] = name_of(report.line);
  json["written"] = report.unwritten == Unwritten::none;
  if (report.unwritten != Unwritten::none) json["reason"] = reason_of(report.unwritten);
  if (texts.live) json["live"] = *texts.live;
  json["before"] = sizes_json(report.before);
  json["after"] = sizes_json(report.after);
  json["keys"] = report.live_keys;
  json["versions"] = report.versions;
  json["versions_left_out"] = report.versions_left_out;
  json["commits"] = report.commits;
  set_version(json, "clock", report.clock);
  json["renumbered"] = report.renumbered;
  if (report.torn_tail) {
    json["torn_tail"] = {{"path", report.torn_tail->path},
                         {"offset", report.torn_tail->offset},
                         {"length", report.torn_tail->length}};
  }
  if (report.applied) {
    json["applied"] = report.applied->commits;
    set_version(json, "first_version", report.applied->first_version);
    set_version(json, "last_version", report.applied->last_version);
  }
  if (!report.originals.empty()) json["originals"] = report.originals;
  if (!report.leftovers_removed.empty()) json["leftovers_removed"] = report.leftovers_removed;
  json["fingerprint"] = report.fingerprint;
  return json;
}

int print_rewrite(Context& context, const RewriteReport& report, const ReportTexts& texts) {
  warn_of_torn_tail(report);
  for (const std::string& path : report.leftovers_removed) {
    log_info(path + ": removed, a run that was killed had left it");
  }
  if (context.options.json) {
    print_json(context.out, rewrite_json(context.command, report, texts));
  } else if (!context.options.quiet) {
    context.out.write(text_for_people(report, texts));
  }
  return report.torn_tail ? exit_finding : exit_success;
}

}  // namespace persist::app
