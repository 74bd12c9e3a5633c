// `persist replay TARGET`: plays snapshot and log into a new database up to a point.
#include <persist/replay.hpp>

#include "commands/rewriting.hpp"

namespace persist::app {
namespace {

struct ReplayCommand {
  std::string target;
  WriteOptions written;
  std::string output;
  std::optional<Instant> until;
  std::optional<std::uint64_t> until_offset;
  std::vector<std::string> skip;
};

int run_replay(const ReplayCommand& command, Context& context) {
  ReplayOptions options;
  set_options(options, command.written, context);
  options.until = point_of(command.until);
  options.until_offset = command.until_offset;
  for (const std::string& text : command.skip) {
    const auto version = parse_count(text);
    if (!version) return fail_usage("replay: --skip: '" + text + "' " + version.error());
    options.skip.push_back(*version);
  }
  const DatabaseFiles output = database_files(command.output, {});
  return rewrite_target(
      context, command.target, command.output, options,
      [&](const SourceFiles& source) { return replay(context.files, source, output, options); });
}

}  // namespace

Run prepare_replay(Parser& parser) {
  auto command = std::make_shared<ReplayCommand>();
  declare_target(parser, command->target);
  declare_output_directory(parser, command->output);
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
