// `persist compact DIR`: the smallest equal directory.
#include <persist/compact.hpp>

#include "commands/rewriting.hpp"
#include "output/time.hpp"

namespace persist::app {
namespace {

struct CompactCommand {
  std::string directory;
  WriteOptions written;
  double if_gain_percent = 0;
  std::optional<std::uint64_t> keep_history_ns;
  bool log_only = false;
};

int run_compact(const CompactCommand& command, Context& context) {
  CompactOptions options;
  set_options(options, command.written, context);
  options.min_gain_percent = command.if_gain_percent;
  options.keep_history_ns = command.keep_history_ns;
  options.now_ns = now_ns();
  options.log_only = command.log_only;
  return rewrite_directory(context, command.directory, options, [&](const DatabaseFiles& database) {
    return compact(context.files, database, options);
  });
}

}  // namespace

Run prepare_compact(Parser& parser) {
  auto command = std::make_shared<CompactCommand>();
  declare_directory(parser, command->directory);
  parser.option("--if-gain", "PERCENT", command->if_gain_percent, parse_percent,
                "Do nothing when less of the directory's bytes would be freed");
  parser.option("--keep-history", "DURATION", command->keep_history_ns, parse_duration,
                "Keep what was overwritten or deleted since then (30d, 12h; line 0.18 only)");
  parser.flag("--log-only", command->log_only, "Leave the snapshot alone");
  declare_compression(parser, command->written);
  declare_trust_snapshot(parser, command->written);
  declare_dry_run(parser, command->written);
  return [command](Context& context) { return run_compact(*command, context); };
}

}  // namespace persist::app
