// `persist snapshot DIR`: a fresh snapshot of the whole state.
#include <persist/snapshot.hpp>

#include "commands/output_file.hpp"
#include "commands/rewriting.hpp"

namespace persist::app {
namespace {

struct SnapshotCommand {
  std::string directory;
  WriteOptions written;
  std::string output;
  std::optional<PointInTime> at;
};

int run_snapshot(const SnapshotCommand& command, Context& context) {
  RewriteOptions options;
  set_options(options, command.written, context);
  if (command.output.empty() && command.at) {
    return fail_usage(
        "snapshot: --at goes with --output only: in place, it would lose what came later");
  }
  if (command.output.empty()) {
    return rewrite_directory(context, command.directory, options,
                             [&](const DatabaseFiles& database) {
                               return take_snapshot(context.files, database, options);
                             });
  }
  const auto allowed = check_output_file(context, command.directory, command.output);
  if (!allowed) return fail_with(allowed.error(), Doing::writing);
  if (command.written.dry_run) {
    const auto possible = check_directory_of(context, command.output);
    if (!possible) return fail_with(possible.error(), Doing::writing);
  }
  return rewrite_target(
      context, command.directory, command.output, options, [&](const SourceFiles& source) {
        return write_snapshot(context.files, source, command.output, command.at, options);
      });
}

}  // namespace

Run prepare_snapshot(Parser& parser) {
  auto command = std::make_shared<SnapshotCommand>();
  declare_directory(parser, command->directory);
  parser
      .option("--output", "FILE", command->output,
              "Write the snapshot to FILE, which must not exist, and leave DIR alone")
      .completes = Completes::file;
  parser.option("--at", "VERSION|TIME", command->at, parse_instant,
                "The state as it was then; with --output");
  declare_compression(parser, command->written);
  declare_trust_snapshot(parser, command->written);
  declare_dry_run(parser, command->written);
  return [command](Context& context) { return run_snapshot(*command, context); };
}

}  // namespace persist::app
