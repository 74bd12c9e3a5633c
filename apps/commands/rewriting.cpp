#include "commands/rewriting.hpp"

#include "cli/signals.hpp"

namespace persist::app {
namespace {

constexpr int most_attempts = 5;
constexpr std::uint64_t rewrite_passes = 3;  // reading, writing, reading back

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

// Errors about what is read have another exit status than those about what is written.
int fail_rewrite(const Error& error, const DatabaseFiles& source) {
  const bool is_source =
      !error.path.empty() &&
      (error.path == source.log || error.path == source.snapshot || error.path == source.directory);
  return fail_with(error, is_source ? Doing::reading : Doing::writing);
}

// What the real run would find when it makes its files.
Result<> check_places(const RewriteReport& report, std::initializer_list<std::string> places) {
  return report.unwritten == Unwritten::dry_run ? check_writable(places) : Result<>{};
}

// Over all passes of `bytes` that a rewrite makes.
Result<RewriteReport> with_progress(Context& context, const std::string& name, std::uint64_t bytes,
                                    RewriteOptions& options,
                                    const std::function<Result<RewriteReport>()>& rewrite) {
  std::atomic<std::uint64_t> done{0};
  options.progress = &done;
  const Progress progress =
      context.progress(std::string(context.command) + " " + name, rewrite_passes * bytes,
                       [&done] { return done.load(); });
  auto report = rewrite();
  options.progress = nullptr;  // the caller's options outlive what they counted in
  return report;
}

}  // namespace

void declare_compression(Parser& parser, WriteOptions& into) {
  parser.choice(
      "--compress", "HOW", into.compression,
      Parser::Choices<Compression>{{"lz4", Compression::lz4}, {"none", Compression::none}},
      "Write the snapshot as lz4 (the default; it has checksums) or as none");
  parser.option("--level", "N", into.level, parse_level, "LZ4 level, 1 (fast) to 12 (small)");
}

void declare_trust_snapshot(Parser& parser, WriteOptions& into) {
  parser.flag("--trust-snapshot", into.trust_snapshot,
              "Give up what the log has and the snapshot lacks though it says it covers it");
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
  options.trust_snapshot = written.trust_snapshot;
  options.max_memory_bytes = context.options.max_memory_bytes;
  options.temp_dir = context.temp_dir();
  options.should_stop = stop_requested;
}

Result<DatabaseFiles> new_database_files(Context& context, const std::string& output,
                                         Copies copies) {
  const PathOptions paths{context.options.log_path, context.options.snapshot_path};
  const DatabaseFiles files = copies == Copies::a_database ? database_files_of_copy(output, paths)
                                                           : database_files(output, paths);
  PERSIST_TRY(check_new_database(context.files, files));
  return files;
}

int finish_rewrite(Context& context, const RewriteReport& report, const ReportTexts& texts) {
  const auto writable = check_places(report, {texts.output});
  if (!writable) return fail_with(writable.error(), Doing::writing);
  return print_rewrite(context, report, texts);
}

int rewrite_directory(Context& context, const std::string& directory, RewriteOptions& options,
                      const DirectoryRewrite& rewrite) {
  const auto is_directory = check_directory(context, directory);
  if (!is_directory) return fail_with(is_directory.error());
  const DatabaseFiles database = files_in(context, directory);
  const std::uint64_t bytes = size_of(context, database.log) + size_of(context, database.snapshot);
  const auto report =
      with_progress(context, directory, bytes, options, [&] { return rewrite(database); });
  if (!report) return fail_rewrite(report.error(), database);
  const auto writable = check_places(*report, {database.snapshot, database.log});
  if (!writable) return fail_with(writable.error(), Doing::writing);
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
    if (report) return finish_rewrite(context, *report, {name, output, target->live});
    if (!changed || attempt == most_attempts) return fail_rewrite(report.error(), target->files);
    log_info(name + ": the log was cut while it was read; reading it again");
  }
}

}  // namespace persist::app
