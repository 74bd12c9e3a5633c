// `persist replay TARGET`: plays snapshot and log into a new database up to a point.
#include <persist/replay.hpp>

#include "commands/rewriting.hpp"

namespace persist::app {
namespace {

struct ReplayCommand {
  std::string target;
  WriteOptions written;
  std::string output;
  std::string apply_to;
  std::optional<PointInTime> until;
  std::optional<std::uint64_t> until_offset;
  std::vector<std::string> skip;
};

Result<> check_database(FileSystem& files, const DatabaseFiles& database) {
  PERSIST_TRY(files.info(database.directory));
  PERSIST_TRY_ASSIGN(const auto log, info_if_there(files, database.log));
  PERSIST_TRY_ASSIGN(const auto snapshot, info_if_there(files, database.snapshot));
  if (log || snapshot) return {};
  return fail(ErrorCode::not_found, database.directory, "there is no database in this directory",
              "--output makes a new one");
}

int apply_to_database(const ReplayCommand& command, Context& context, ReplayOptions& options) {
  // The paths among the global options are those of the database that is read.
  const DatabaseFiles onto = database_files(command.apply_to, {});
  const auto there = check_database(context.files, onto);
  if (!there) return fail_with(there.error());
  return rewrite_target(
      context, command.target, command.apply_to, options,
      [&](const SourceFiles& source) { return apply_log(context.files, source, onto, options); });
}

int run_replay(const ReplayCommand& command, Context& context) {
  ReplayOptions options;
  set_options(options, command.written, context);
  options.until = command.until;
  options.until_offset = command.until_offset;
  for (const std::string& text : command.skip) {
    const auto version = parse_count(text);
    if (!version) return fail_usage("replay: --skip: '" + text + "' " + version.error());
    options.skip.push_back(*version);
  }
  if (command.output.empty() == command.apply_to.empty()) {
    return fail_usage("replay: give either --output DIR or --apply-to DIR");
  }
  if (!command.apply_to.empty()) return apply_to_database(command, context, options);
  const auto output = new_database_files(context, command.output, Copies::a_database);
  if (!output) return fail_with(output.error(), Doing::writing);
  return rewrite_target(
      context, command.target, command.output, options,
      [&](const SourceFiles& source) { return replay(context.files, source, *output, options); });
}

}  // namespace

Run prepare_replay(Parser& parser) {
  auto command = std::make_shared<ReplayCommand>();
  declare_target(parser, command->target);
  declare_output_directory(parser, command->output).is_alternative = true;
  OptionSpec& apply_to =
      parser.option("--apply-to", "DIR", command->apply_to,
                    "Append the log's transactions to the database in DIR instead");
  apply_to.completes = Completes::directory;
  apply_to.is_alternative = true;
  parser.option("--until", "VERSION|TIME", command->until, parse_instant,
                "Stop behind this version or time");
  parser.option("--until-offset", "N", command->until_offset, parse_count,
                "Play only transactions that lie before this byte of the log");
  parser.list("--skip", "VERSION", command->skip, "Leave this transaction out; may be given again");
  declare_compression(parser, command->written);
  declare_dry_run(parser, command->written);
  return [command](Context& context) { return run_replay(*command, context); };
}

}  // namespace persist::app
